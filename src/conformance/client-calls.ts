/**
 * Commands as calls of `@upstash/redis` 1.39. A call stands here only where the client sends the same command for it: the client makes
 * numbers of what its types call numbers, takes fields and options as objects, and drops what it takes for absent. So `SETEX k 007 v`
 * has no call, because 007 arrives as 7, and `EXPIRE k 0` has none, because the client drops the 0.
 */
import { lowerAscii } from "../bytes.js";

/** `client[method](...args)`; the method of an object that the client has is written with a dot, as in `functions.load`. */
export interface ClientCall {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** The call that sends this command (its name in any case), or undefined where the client has no way to say it. */
export function clientCall(argv: readonly string[]): ClientCall | undefined {
  const [name = "", ...words] = argv;
  const command = lowerAscii(name);
  const subcommand = `${command} ${lowerAscii(words[0] ?? "")}`;
  return methodsByCommand.has(subcommand)
    ? call(methodsByCommand.get(subcommand), words.slice(1))
    : call(methodsByCommand.get(command) ?? [command, methods.get(command)], words);
}

function call(
  [method, read]: readonly [method: string, Arguments | undefined] = ["", undefined],
  words: readonly string[],
): ClientCall | undefined {
  const args = read?.(words);
  return args === undefined ? undefined : { method, args };
}

/** The function of a client that a call's `method` names, on its object; undefined where the client has none. */
export function clientMethod(
  client: object,
  method: string,
): ((...args: readonly unknown[]) => unknown) | undefined {
  const [first = "", second] = method.split(".", 2);
  const found: unknown = Reflect.get(client, first);
  if (second !== undefined) {
    return typeof found === "object" && found !== null ? clientMethod(found, second) : undefined;
  }
  if (typeof found !== "function") return undefined;
  return (...args): unknown => Reflect.apply(found, client, args);
}

/** Makes a command's words (without its name) the arguments of the method. */
type Arguments = (words: readonly string[]) => readonly unknown[] | undefined;

/** What one word becomes. */
type Kind = (word: string) => string | number | true | undefined;

const kinds: Readonly<Record<string, Kind>> = {
  n: number,
  /** A number or a text such as `(1`, `[a` or `-inf`. */
  bound: (word) => number(word) ?? word,
  /** The client leaves out what is empty. */
  nonempty: (word) => (word === "" ? undefined : word),
  withvalues: (word) => (lowerAscii(word) === "withvalues" ? true : undefined),
};

/** The number whose digits the word is. JSON has no infinities. */
function number(word: string): number | undefined {
  const value = Number(word);
  return Number.isFinite(value) && String(value) === word ? value : undefined;
}

/** The one of the names that the word is in some case. */
function choice(names: readonly string[]): Kind {
  return (word) => names.find((name) => lowerAscii(name) === lowerAscii(word));
}

/**
 * One argument for each word, as in `"key n? member..."`: `?` may be absent, `...` is there once or more, `a|b` is a choice, and a name
 * that is no kind stands for any text.
 */
function positional(signature: string): Arguments {
  const places = placesOf(signature);
  const read = places.map((place) => kindOf(place.replace(/\?$|\.\.\.$/, "")));
  const least = places.filter((place) => !place.endsWith("?")).length;
  const most = signature.endsWith("...") ? Infinity : places.length;
  return (words) => {
    if (words.length < least || words.length > most) return undefined;
    return whole(words.map((word, index) => (read[index] ?? read.at(-1))?.(word)));
  };
}

function placesOf(signature: string): readonly string[] {
  return signature === "" ? [] : signature.split(" ");
}

function kindOf(name: string): Kind {
  return kinds[name] ?? (name.includes("|") ? choice(name.split("|")) : (word) => word);
}

function whole(values: readonly unknown[]): readonly unknown[] | undefined {
  return values.includes(undefined) ? undefined : values;
}

/** One of the words after the positional ones, with so many operands; `fields` is what it adds to the object. */
interface Option {
  readonly name: string;
  readonly operands: number;
  fields(operands: readonly string[]): Readonly<Record<string, unknown>> | undefined;
}

/** Options of which a call has one at most. */
type Alternatives = readonly Option[];

function flag(name: string): Option {
  return { name, operands: 0, fields: () => ({ [name]: true }) };
}

function option(name: string, kind: string): Option {
  const read = positional(kind);
  return {
    name,
    operands: 1,
    fields: (operands) => {
      const values = read(operands);
      return values && { [name]: values[0] };
    },
  };
}

const limit: Option = {
  name: "limit",
  operands: 2,
  fields: (operands) => {
    const values = positional("n n")(operands);
    return values && { offset: values[0], count: values[1] };
  },
};

function weights(count: number): Option {
  return {
    name: "weights",
    operands: count,
    fields: (operands) => {
      const numbers = whole(operands.map(number));
      return numbers?.length === count ? { weights: numbers } : undefined;
    },
  };
}

/** The options in an object, whatever their order; undefined where one is unknown, malformed, or there beside its alternative. */
function readOptions(
  words: readonly string[],
  all: readonly Alternatives[],
): Readonly<Record<string, unknown>> | undefined {
  const [name, ...after] = words;
  if (name === undefined) return {};
  for (const alternatives of all) {
    const found = alternatives.find((option) => lowerAscii(option.name) === lowerAscii(name));
    if (found === undefined) continue;
    const fields = found.fields(after.slice(0, found.operands));
    const others = readOptions(
      after.slice(found.operands),
      all.filter((other) => other !== alternatives),
    );
    return fields && others && { ...fields, ...others };
  }
  return undefined;
}

/** Positional words, then options in an object that is left out when there are none. */
function withOptions(signature: string, ...options: readonly Alternatives[]): Arguments {
  const read = positional(signature);
  const { length } = placesOf(signature);
  return (words) => followedBy(read(words.slice(0, length)), words.slice(length), options);
}

function followedBy(
  args: readonly unknown[] | undefined,
  words: readonly string[],
  options: readonly Alternatives[],
): readonly unknown[] | undefined {
  if (words.length === 0) return args;
  const read = readOptions(words, options);
  return args && read && [...args, read];
}

/** So many arguments, and the other words as an array. */
function withList(count: number): Arguments {
  return (words) => {
    if (words.length <= count) return undefined;
    return [...words.slice(0, count), words.slice(count)];
  };
}

/** So many arguments, and the other words as an object of fields and values. */
function withFields(count: number): Arguments {
  return (words) => {
    const entries = pairs(words.slice(count));
    if (entries === undefined) return undefined;
    const fields = Object.fromEntries(entries);
    const names = Object.keys(fields);
    const same =
      names.length === entries.length && entries.every(([name], index) => name === names[index]);
    return same ? [...words.slice(0, count), fields] : undefined;
  };
}

function pairs(words: readonly string[]): readonly (readonly [string, string])[] | undefined {
  if (words.length === 0 || words.length % 2 === 1) return undefined;
  return Array.from({ length: words.length / 2 }, (_, index) => [
    words[2 * index] ?? "",
    words[2 * index + 1] ?? "",
  ]);
}

/** The client takes these arguments in an array. */
function inArray(read: Arguments): Arguments {
  return (words) => {
    const args = read(words);
    return args === undefined || args.length === 0 ? args : [args];
  };
}

/** `numkeys key [key ...]` after so many words, and what follows. */
function numbered(words: readonly string[], before: number) {
  const count = number(words[before] ?? "") ?? 0;
  const end = before + 1 + count;
  if (!Number.isInteger(count) || count < 1 || end > words.length) return undefined;
  return { count, keys: words.slice(before + 1, end), rest: words.slice(end) };
}

/** ZUNION and what stores its like; `before` words stand before the number of keys. */
function combine(before: number, ...more: readonly Alternatives[]): Arguments {
  return (words) => {
    const found = numbered(words, before);
    if (found === undefined) return undefined;
    const { count, keys, rest } = found;
    const aggregate = option("aggregate", "sum|min|max");
    const args = [...words.slice(0, before), count, keys];
    return followedBy(args, rest, [[weights(count)], [aggregate], ...more]);
  };
}

function sintercard(words: readonly string[]): readonly unknown[] | undefined {
  const found = numbered(words, 0);
  return found && followedBy([found.keys], found.rest, [[option("limit", "n")]]);
}

/** The client leaves out a COUNT of 0. */
function lmpop(words: readonly string[]): readonly unknown[] | undefined {
  const found = numbered(words, 0);
  if (found === undefined) return undefined;
  const side = positional("LEFT|RIGHT")(found.rest.slice(0, 1));
  const options = readOptions(found.rest.slice(1), [count]);
  if (side === undefined || options === undefined || options.count === 0) return undefined;
  return [found.count, found.keys, ...side, ...Object.values(options)];
}

/** `script numkeys [key …] [arg …]`: the keys and the arguments are an array each. */
function script(words: readonly string[]): readonly unknown[] | undefined {
  const [first, numkeys = ""] = words;
  const count = number(numkeys) ?? -1;
  if (!Number.isInteger(count) || count < 0 || Object.is(count, -0)) return undefined;
  if (words.length < 2 + count) return undefined;
  return [first, words.slice(2, 2 + count), words.slice(2 + count)];
}

function functionLoad(words: readonly string[]): readonly unknown[] | undefined {
  const code = words.at(-1);
  const options = readOptions(words.slice(0, -1), [[flag("replace")]]);
  return code === undefined || options === undefined ? undefined : [{ ...options, code }];
}

/** The client leaves out what is falsy: an empty key, and 0 seconds. */
function expire(words: readonly string[]): readonly unknown[] | undefined {
  const args = positional("key n NX|XX|GT|LT?")(words);
  return args?.every(Boolean) === true ? args : undefined;
}

const zaddFlags: readonly Alternatives[] = [
  [flag("nx"), flag("xx")],
  [flag("ch")],
  [flag("incr")],
  [flag("lt"), flag("gt")],
];

const zaddFlagNames: ReadonlySet<string> = new Set(zaddFlags.flat().map(({ name }) => name));

function zadd([key, ...words]: readonly string[]): readonly unknown[] | undefined {
  const start = words.findIndex((word) => !zaddFlagNames.has(lowerAscii(word)));
  if (start < 0) return undefined;
  const options = readOptions(words.slice(0, start), zaddFlags);
  const scored = pairs(words.slice(start))?.map(([score, member]) => {
    const value = number(score);
    return value === undefined ? undefined : { score: value, member };
  });
  const members = scored && whole(scored);
  if (options === undefined || members === undefined) return undefined;
  return start === 0 ? [key, ...members] : [key, options, ...members];
}

/** `MAXLEN | MINID = | ~ threshold [LIMIT n]`, which the client takes in an object, at the start of the words. */
function trimming(words: readonly string[]) {
  const [type = "", comparison = "", word = "", name = "", operand = ""] = words;
  const strategy = choice(["MAXLEN", "MINID"])(type);
  const threshold = strategy === "MAXLEN" ? number(word) : word;
  if (strategy === undefined || !/^[=~]$/.test(comparison) || threshold === undefined) {
    return undefined;
  }
  if (lowerAscii(name) !== "limit") return { strategy, comparison, threshold, length: 3 };
  const limit = number(operand);
  return limit ? { strategy, comparison, threshold, limit, length: 5 } : undefined;
}

function xadd([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const noMkStream = lowerAscii(words[0] ?? "") === "nomkstream";
  const after = noMkStream ? words.slice(1) : words;
  const trim = trimming(after);
  const entry = withFields(1)(after.slice(trim?.length ?? 0));
  if (entry === undefined || (trim === undefined && !noMkStream)) return entry && [key, ...entry];
  const { strategy: type, comparison, threshold, limit } = trim ?? {};
  const options = {
    ...(noMkStream && { nomkStream: true }),
    ...(trim && { trim: { type, comparison, threshold, ...(limit && { limit }) } }),
  };
  return [key, ...entry, options];
}

function xtrim([key, ...words]: readonly string[]): readonly unknown[] | undefined {
  const trim = trimming(words);
  if (trim?.length !== words.length) return undefined;
  const { strategy, comparison: exactness, threshold, limit } = trim;
  return [key, { strategy, exactness, threshold, ...(limit && { limit }) }];
}

/** What a call would give where none of its options is falsy: the client leaves those out. */
function truthy(read: Arguments): Arguments {
  return (words) => {
    const args = read(words);
    const options = args?.at(-1);
    const left = typeof options === "object" && options !== null && !Array.isArray(options);
    return left && !Object.values(options).every(Boolean) ? undefined : args;
  };
}

const xautoclaim = truthy(
  withOptions("key group consumer n start", [option("count", "n")], [flag("justId")]),
);

/** The IDs end where an option begins. With IDLE the client sends TIME too, null where it is not given. */
function xclaim(words: readonly string[]): readonly unknown[] | undefined {
  const end = words.findIndex((word, index) => index > 4 && XCLAIM_OPTION.test(word));
  const ids = words.slice(4, end < 0 ? undefined : end);
  const args = positional("key group consumer n")(words.slice(0, 4));
  const idle: Option = {
    name: "idle",
    operands: 3,
    fields: ([idleWord = "", name = "", time = ""]) => {
      const idleMS = number(idleWord);
      const timeMS = time === "null" ? null : number(time);
      if (!idleMS || lowerAscii(name) !== "time" || timeMS === undefined) return undefined;
      return { idleMS, timeMS };
    },
  };
  const retry = renamed("retrycount", "retryCount", "n");
  const last = renamed("lastid", "lastId", "id");
  if (args === undefined || ids.length === 0) return undefined;
  const options = end < 0 ? [] : words.slice(end);
  const call = followedBy([...args, ids], options, [
    [idle],
    [retry],
    [flag("force")],
    [flag("justId")],
    [last],
  ]);
  const given = call?.[5];
  const fields = typeof given === "object" && given !== null ? Object.entries(given) : [];
  return fields.every(([name, value]) => value || name === "timeMS") ? call : undefined;
}

const XCLAIM_OPTION = /^(?:idle|time|retrycount|force|justid|lastid)$/i;

/** An option that the client calls by another name. */
function renamed(name: string, field: string, kind: string): Option {
  return { ...option(field, kind), name };
}

function xgroup([type = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const [key = "", group, third, ...rest] = words;
  if (group === undefined) return undefined;
  switch (lowerAscii(type)) {
    case "create":
    case "setid": {
      const makeStream = lowerAscii(type) === "create" ? [[flag("MKSTREAM")]] : [];
      const options = readOptions(rest, [...makeStream, [option("ENTRIESREAD", "n")]]);
      if (third === undefined || options === undefined) return undefined;
      const call = { type: type.toUpperCase(), group, id: third };
      return [key, rest.length === 0 ? call : { ...call, options }];
    }
    case "createconsumer":
    case "delconsumer":
      if (third === undefined || rest.length > 0) return undefined;
      return [key, { type: type.toUpperCase(), group, consumer: third }];
    case "destroy":
      return third === undefined ? [key, { type: "DESTROY", group }] : undefined;
    default:
      return undefined;
  }
}

function xinfo([type = "", key, group, ...rest]: readonly string[]) {
  if (key === undefined) return undefined;
  const name = choice(["CONSUMERS", "GROUPS"])(type);
  if (name === "GROUPS" && group === undefined) return [key, { type: name }];
  if (name !== "CONSUMERS" || group === undefined || rest.length > 0) return undefined;
  return [key, { type: name, group }];
}

function xpending([key = "", group = "", ...words]: readonly string[]) {
  const withIdle = lowerAscii(words[0] ?? "") === "idle";
  const idleTime = withIdle ? number(words[1] ?? "") : undefined;
  const [range, consumer] = [words.slice(withIdle ? 2 : 0), words[withIdle ? 5 : 3]];
  const read = positional("start end n consumer?")(range);
  if (read === undefined || (withIdle && !idleTime)) return undefined;
  const options = {
    ...(withIdle && { idleTime }),
    ...(consumer !== undefined && { consumer }),
  };
  const args = [key, group, ...read.slice(0, 3)];
  return Object.keys(options).length === 0 ? args : [...args, options];
}

/** `[KEEPREF | DELREF | ACKED] IDS n id [id ...]`, the option undefined where it is missing. */
function countedIds(words: readonly string[]) {
  const option = choice(["KEEPREF", "DELREF", "ACKED"])(words[0] ?? "");
  const [name = "", count = "", ...ids] = option === undefined ? words : words.slice(1);
  const same = lowerAscii(name) === "ids" && number(count) === ids.length && ids.length > 0;
  return same ? { option, ids } : undefined;
}

/** The client needs the option. */
function xackdel([key, group, ...words]: readonly string[]): readonly unknown[] | undefined {
  const found = countedIds(words);
  return found?.option === undefined ? undefined : [key, group, found.option, ...found.ids];
}

/** The option is there or `undefined`. */
function xdelex([key, ...words]: readonly string[]): readonly unknown[] | undefined {
  const found = countedIds(words);
  return found && [key, found.option, ...found.ids];
}

/** XREAD, and XREADGROUP behind its group and consumer: options, then keys and their IDs. */
function reading(words: readonly string[], before: readonly string[], ...more: Alternatives[]) {
  const streams = words.findIndex((word) => lowerAscii(word) === "streams");
  const names = words.slice(streams + 1);
  if (streams < 0 || names.length === 0 || names.length % 2 === 1) return undefined;
  const options = [count, [renamed("block", "blockMS", "n")], ...more];
  const middle = names.length / 2;
  const args = [...before, names.slice(0, middle), names.slice(middle)];
  return followedBy(args, words.slice(0, streams), options);
}

function xreadgroup([word = "", group = "", consumer = "", ...words]: readonly string[]) {
  return lowerAscii(word) === "group"
    ? reading(words, [group, consumer], [flag("NOACK")])
    : undefined;
}

function xrange([key, start, end, ...rest]: readonly string[]) {
  if (end === undefined) return undefined;
  if (rest.length === 0) return [key, start, end];
  const limit = rest.length === 2 && lowerAscii(rest[0] ?? "") === "count" && number(rest[1] ?? "");
  return typeof limit === "number" ? [key, start, end, limit] : undefined;
}

const LAYOUT = ["indent", "newline", "space"];

/** The client takes the layout in an object before the paths, and leaves out what is empty. */
function jsonGet([key, ...words]: readonly string[]): readonly unknown[] | undefined {
  if (key === undefined) return undefined;
  const layout: Record<string, string> = {};
  while (words.length > 0) {
    const [name = "", text] = words;
    const field = LAYOUT.find((option) => option === lowerAscii(name));
    if (field === undefined) break;
    if (!text || field in layout) return undefined;
    layout[field] = text;
    words.splice(0, 2);
  }
  return Object.keys(layout).length === 0 ? [key, ...words] : [key, layout, ...words];
}

function jsonMget(words: readonly string[]): readonly unknown[] | undefined {
  const path = words.at(-1);
  return words.length < 2 ? undefined : [words.slice(0, -1), path];
}

function jsonMset(words: readonly string[]): readonly unknown[] | undefined {
  if (words.length === 0 || words.length % 3 > 0) return undefined;
  return Array.from({ length: words.length / 3 }, (_, index) => {
    const [key, path, value] = words.slice(3 * index);
    return { key, path, value };
  });
}

/** `FIELDS n field [field ...]`, which ends a command, without the number. */
function countedFields([word = "", count = "", ...fields]: readonly string[]) {
  const same = lowerAscii(word) === "fields" && number(count) === fields.length;
  return same && fields.length > 0 ? fields : undefined;
}

function fieldsOf([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const fields = countedFields(words);
  return fields && [key, fields];
}

/** HEXPIRE and its kin: time, perhaps a condition, and the fields, which the client takes first. */
function expireFields([key = "", time = "", ...words]: readonly string[]) {
  const amount = number(time);
  const condition = choice(["NX", "XX", "GT", "LT"])(words[0] ?? "");
  const fields = countedFields(words.slice(condition === undefined ? 0 : 1));
  if (amount === undefined || fields === undefined) return undefined;
  return condition === undefined ? [key, fields, amount] : [key, fields, amount, condition];
}

function hgetdel([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const fields = countedFields(words);
  return fields && [key, ...fields];
}

function hgetex([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const start = words.findIndex((word) => lowerAscii(word) === "fields");
  const options = readOptions(words.slice(0, Math.max(0, start)), [
    [...deadlines, flag("persist")],
  ]);
  const fields = countedFields(words.slice(start));
  return options && fields && [key, options, ...fields];
}

function hsetex([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const start = words.findIndex((word) => lowerAscii(word) === "fields");
  const conditional = choice(["FNX", "FXX"])(words[0] ?? "");
  const after = words.slice(conditional === undefined ? 0 : 1, Math.max(0, start));
  const expiration = readOptions(after, [[...deadlines, flag("keepttl")]]);
  const [, count = "", ...entries] = words.slice(start);
  const fields = withFields(0)(entries)?.[0];
  if (start < 0 || expiration === undefined || fields === undefined) return undefined;
  if (2 * (number(count) ?? 0) !== entries.length) return undefined;
  const options = {
    ...(conditional !== undefined && { conditional }),
    ...(after.length > 0 && { expiration }),
  };
  return [key, options, fields];
}

const deadlines: Alternatives = ["ex", "px", "exat", "pxat"].map((name) => option(name, "n"));
const match: Alternatives = [option("match", "nonempty")];
const count: Alternatives = [option("count", "n")];

/** By name; the client's methods are Redis's names in lower case. */
const methods: ReadonlyMap<string, Arguments> = new Map(
  Object.entries({
    append: positional("key value"),
    decr: positional("key"),
    decrby: positional("key n"),
    get: positional("key"),
    getdel: positional("key"),
    getex: withOptions("key", [...deadlines, flag("persist")]),
    getrange: positional("key n n"),
    getset: positional("key value"),
    incr: positional("key"),
    incrby: positional("key n"),
    incrbyfloat: positional("key n"),
    mget: positional("key..."),
    mset: withFields(0),
    msetnx: withFields(0),
    psetex: positional("key n value"),
    set: withOptions(
      "key value",
      [flag("nx"), flag("xx")],
      [flag("get")],
      [...deadlines, flag("keepTtl")],
    ),
    setex: positional("key n value"),
    setnx: positional("key value"),
    setrange: positional("key n value"),
    strlen: positional("key"),

    bitcount: positional("key n? n?"),
    bitop: positional("and|or|xor|not key key..."),
    bitpos: positional("key n n? n?"),
    getbit: positional("key n"),
    setbit: positional("key n n"),

    geodist: positional("key member member M|KM|FT|MI"),
    geohash: positional("key member..."),
    geopos: positional("key member..."),

    pfadd: positional("key element..."),
    pfcount: positional("key..."),
    pfmerge: positional("key key..."),

    hdel: positional("key field..."),
    hexists: positional("key field"),
    hget: positional("key field"),
    hgetall: positional("key"),
    hincrby: positional("key field n"),
    hincrbyfloat: positional("key field n"),
    hkeys: positional("key"),
    hlen: positional("key"),
    hmget: positional("key field..."),
    hmset: withFields(1),
    hrandfield: positional("key n? withvalues?"),
    hscan: withOptions("key cursor", match, count),
    hset: withFields(1),
    hsetnx: positional("key field value"),
    hstrlen: positional("key field"),
    hvals: positional("key"),

    lindex: positional("key n"),
    linsert: positional("key before|after pivot value"),
    llen: positional("key"),
    lmove: positional("key key left|right left|right"),
    lmpop,
    lpop: positional("key n?"),
    lpos: withOptions("key value", [option("rank", "n")], count, [option("maxLen", "n")]),
    lpush: positional("key value..."),
    lpushx: positional("key value..."),
    lrange: positional("key n n"),
    lrem: positional("key n value"),
    lset: positional("key n value"),
    ltrim: positional("key n n"),
    rpop: positional("key n?"),
    rpush: positional("key value..."),
    rpushx: positional("key value..."),

    sadd: positional("key member..."),
    scard: positional("key"),
    sdiff: positional("key..."),
    sdiffstore: positional("key key..."),
    sinter: positional("key..."),
    sintercard,
    sinterstore: positional("key key..."),
    sismember: positional("key member"),
    smembers: positional("key"),
    smismember: withList(1),
    smove: positional("key key member"),
    spop: positional("key n?"),
    srandmember: positional("key n?"),
    srem: positional("key member..."),
    sscan: withOptions("key cursor", match, count),
    sunion: positional("key..."),
    sunionstore: positional("key key..."),

    zadd,
    zcard: positional("key"),
    zcount: positional("key bound bound"),
    zdiffstore: positional("key n key..."),
    zincrby: positional("key n member"),
    zinterstore: combine(1),
    zlexcount: positional("key min max"),
    zmscore: withList(1),
    zpopmax: positional("key n?"),
    zpopmin: positional("key n?"),
    zrange: withOptions(
      "key bound bound",
      [flag("byScore"), flag("byLex")],
      [flag("rev")],
      [limit],
      [flag("withScores")],
    ),
    zrank: positional("key member"),
    zrem: positional("key member..."),
    zremrangebylex: positional("key min max"),
    zremrangebyrank: positional("key n n"),
    zremrangebyscore: positional("key bound bound"),
    zrevrank: positional("key member"),
    zscan: withOptions("key cursor", match, count),
    zscore: positional("key member"),
    zunion: combine(0, [flag("withScores")]),
    zunionstore: combine(1),

    hexpire: expireFields,
    hexpireat: expireFields,
    hexpiretime: fieldsOf,
    hgetdel,
    hgetex,
    hpersist: fieldsOf,
    hpexpire: expireFields,
    hpexpireat: expireFields,
    hpexpiretime: fieldsOf,
    hpttl: fieldsOf,
    hsetex,
    httl: fieldsOf,

    xack: withList(2),
    xackdel,
    xadd,
    xautoclaim,
    xclaim,
    xdel: withList(1),
    xdelex,
    xgroup,
    xinfo,
    xlen: positional("key"),
    xpending,
    xrange,
    xread: (words) => reading(words, []),
    xreadgroup,
    xrevrange: xrange,
    xtrim,

    "json.arrappend": positional("key path value..."),
    "json.arrindex": positional("key path value n? n?"),
    "json.arrinsert": positional("key path n value..."),
    "json.arrlen": positional("key path"),
    "json.arrpop": positional("key nonempty? n?"),
    "json.arrtrim": positional("key path n n"),
    "json.clear": positional("key nonempty?"),
    "json.del": positional("key nonempty?"),
    "json.forget": positional("key nonempty?"),
    "json.get": jsonGet,
    "json.merge": positional("key path value"),
    "json.mget": jsonMget,
    "json.mset": jsonMset,
    "json.numincrby": positional("key path n"),
    "json.nummultby": positional("key path n"),
    "json.objkeys": positional("key nonempty?"),
    "json.objlen": positional("key nonempty?"),
    "json.resp": positional("key nonempty?"),
    "json.set": withOptions("key path value", [flag("nx"), flag("xx")]),
    "json.strappend": positional("key path value"),
    "json.strlen": positional("key nonempty?"),
    "json.toggle": positional("key path"),
    "json.type": positional("key nonempty?"),

    copy: withOptions("key key", [flag("replace")]),
    del: positional("key..."),
    exists: positional("key..."),
    expire,
    expireat: positional("key n NX|XX|GT|LT?"),
    keys: positional("pattern"),
    persist: positional("key"),
    pexpire: positional("key n NX|XX|GT|LT?"),
    pexpireat: positional("key n NX|XX|GT|LT?"),
    pttl: positional("key"),
    randomkey: positional(""),
    rename: positional("key key"),
    renamenx: positional("key key"),
    scan: withOptions("cursor", match, count, [flag("withType"), option("type", "nonempty")]),
    touch: positional("key..."),
    ttl: positional("key"),
    type: positional("key"),
    unlink: positional("key..."),

    dbsize: positional(""),
    echo: positional("message"),
    publish: positional("channel value"),
    flushall: inArray(withOptions("", [flag("async")])),
    flushdb: withOptions("", [flag("async")]),
    ping: inArray(positional("message?")),
    time: positional(""),

    eval: script,
    evalsha: script,
  }),
);

/** Commands whose method has another name, with what it is given. */
const methodsByCommand: ReadonlyMap<string, readonly [method: string, Arguments]> = new Map(
  Object.entries<readonly [method: string, Arguments]>({
    eval_ro: ["evalRo", script],
    evalsha_ro: ["evalshaRo", script],
    "script exists": ["scriptExists", positional("sha...")],
    "script flush": ["scriptFlush", withOptions("", [flag("sync"), flag("async")])],
    "script load": ["scriptLoad", positional("script")],
    fcall: ["functions.call", script],
    fcall_ro: ["functions.callRo", script],
    "function delete": ["functions.delete", positional("library")],
    "function flush": ["functions.flush", positional("")],
    "function list": [
      "functions.list",
      withOptions("", [flag("withCode")], [option("libraryName", "nonempty")]),
    ],
    "function load": ["functions.load", functionLoad],
    "function stats": ["functions.stats", positional("")],
  }),
);
