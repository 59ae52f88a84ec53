/**
 * The calls of fixtures/rest/client-methods.json, what a database holds before each of them, and what comes of one. The recorder of
 * fixtures/rest/client-results.json and the tests share it.
 */
import methods from "../../fixtures/rest/client-methods.json" with { type: "json" };

export interface Example {
  readonly group: string;
  readonly call: string;
  readonly wire: readonly unknown[];
}

/** Methods that are not there yet, by their group or name. */
export const NOT_YET: readonly { readonly methods: RegExp; readonly reason: string }[] = [
  { methods: /^(?:search|vector|array)\b/, reason: "Upstash's own indexes and arrays" },
  { methods: /^p?subscribe$/, reason: "server-sent events" },
];

export const rows = methods.filter(
  ({ method, group }) =>
    !NOT_YET.some(({ methods: names }) => names.test(method) || names.test(group)),
);

/** Calls of the methods that send no command of their own, which the fixture describes in words. */
export const CLIENT_CALLS: Readonly<
  Record<string, { readonly call: string; readonly result: unknown }>
> = {
  pipeline: {
    call: 'redis.pipeline().set("k",1).get("k").incr("n").exec()',
    result: ["OK", 1, 11],
  },
  multi: { call: 'redis.multi().set("k",1).get("k").del("k").exec()', result: ["OK", 1, 1] },
  autoPipeline: {
    call: 'Promise.all([redis.autoPipeline().get("k"),redis.autoPipeline().strlen("k")])',
    result: [10, 2],
  },
  use: {
    call: "(redis.use((request,next)=>next({...request,body:JSON.parse(JSON.stringify(request.body).replace('mine','theirs'))})),redis.echo('mine'))",
    result: "theirs",
  },
  addTelemetry: { call: '(redis.addTelemetry({sdk:"mine"}),redis.get("k"))', result: 10 },
  createScript: {
    call: 'redis.createScript("return ARGV[1]").exec([],["a"])',
    result: "a",
  },
  readYourWritesSyncToken: {
    call: 'redis.set("k",1).then(()=>typeof redis.readYourWritesSyncToken)',
    result: "string",
  },
};

export const examples: readonly Example[] = rows.flatMap(
  ({ method, group, command, examples: listed }) => {
    const own = CLIENT_CALLS[method];
    if (own !== undefined) return [{ group, call: own.call, wire: [command] }];
    return listed.map(({ call, ...rest }) => ({
      group,
      call,
      wire: "wire" in rest ? rest.wire : [command],
    }));
  },
);

/** Commands that make every word of a call a key, with a value of the type that the call's group works on. */
export function seedsFor({
  group,
  call,
  wire,
}: Example): readonly (readonly [string, ...string[]])[] {
  const quoted = [...call.matchAll(/"(\w+)"/g)].map(([, word]) => word ?? "");
  const words = new Set([...quoted, ...wire.slice(1).map(String)]);
  if (group === "functions") return [["FUNCTION", "LOAD", LIBRARY]];
  return [...words].flatMap((word) =>
    group === "stream"
      ? [seedFor(group, call, word), ["XGROUP", "CREATE", word, "g", "0"]]
      : [seedFor(group, call, word)],
  );
}

const LIBRARY =
  "#!lua name=x\nredis.register_function{function_name='f',callback=function(k,a) return a end,flags={'no-writes'}}";

const PLACES = ["13.361389", "38.115556", "P", "15.087269", "37.502669", "a", "15.2", "37.5", "b"];

const JSON_DOCUMENT =
  '{"a":[1,2.5,"x",{"y":null}],"b":{"a":"x"},"x":true,"c":{"a":false,"d":{"a":3}}}';

function seedFor(group: string, call: string, word: string): readonly [string, ...string[]] {
  const kind = group === "@vercel/kv" ? call : group;
  if (kind === "json") return ["JSON.SET", word, "$", JSON_DOCUMENT];
  if (/hash|hscan/.test(kind)) return ["HSET", word, "f", "1", "g", "1.5", "json", '{"a":[1]}'];
  if (/set|sscan/.test(kind) && !/zset/.test(kind)) return ["SADD", word, "a", "b", "1", "1.50"];
  if (/zset|zscan/.test(kind)) return ["ZADD", word, "1", "a", "2.5", "b", "3", "c"];
  if (kind === "geo") return ["GEOADD", word, ...PLACES];
  if (kind === "hyperloglog") return ["PFADD", word, "x", word];
  if (kind === "list") return ["RPUSH", word, "a", "1", "b", "a", '{"a":1}'];
  if (kind === "stream") return ["XADD", word, "1-0", "f", "1", "json", '{"a":[1]}'];
  return ["SET", word, "10", "PX", "5000"];
}

/** What a call resolves to (an iterator: all it yields), or the error it rejects with. */
export async function outcome(call: string, client: object): Promise<unknown> {
  try {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the calls are code, written down as data
    const result: unknown = await new Function("redis", "kv", `return ${call}`)(client, client);
    return isIterable(result) ? await collect(result) : result;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
    throw error;
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

async function collect(iterable: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** What chance or the time of day decides. */
const VARIES = /^redis\.(?:randomkey|spop|srandmember|hrandfield|time|pttl|xadd)\(/;

/** What comes in the order of a hash table. */
const ORDERLESS = /^redis\.(?:keys|scan|sdiff|sunion)\(|^kv\.scanIterator/;

/** As much of a result as Redis does not leave open, as JSON has it. */
export function comparable(call: string, result: unknown): unknown {
  const value: unknown = JSON.parse(JSON.stringify(result ?? null));
  if (VARIES.test(call)) return Array.isArray(value) ? `${value.length} values` : "one value";
  return ORDERLESS.test(call) ? sorted(value) : value;
}

function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** What those calls give that the REST API refuses itself, whoever stands behind it. */
export const REFUSED: Readonly<Record<string, unknown>> = {
  'redis.clientSetinfo("lib-name","x")': {
    name: "UpstashError",
    message:
      'ERR Command "CLIENT" is not allowed in REST or it has a special context path, command was: ["CLIENT","SETINFO","LIB-NAME","x"]',
  },
  'redis.xclaim("x","g","c",0,"1-0",{idleMS:5})': {
    name: "UpstashError",
    message:
      'ERR null args are not supported, command was: ["XCLAIM","x","g","c",0,"1-0","IDLE",5,"TIME",null]',
  },
};
