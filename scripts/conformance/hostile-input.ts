/**
 * What no well-meant client sends: HTTP requests and RESP frames that are mutated, cut short, wrong about their own length or nonsense
 * from the first byte, as fast-check arbitraries. A text's code units stand for bytes.
 */
import {
  array,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
  string,
  tuple,
  type Arbitrary,
} from "fast-check";
import { sequences, type Argv } from "../../src/conformance/sequences.js";

/** What one connection sends, and how it leaves. */
export interface Visit {
  readonly chunks: readonly string[];
  readonly requests: number;
  /** Whether the first request is a good one, whose answer has to come before the client leaves. */
  readonly expectsAnswer: boolean;
  readonly leaves: "end" | "reset";
}

/** The token that the server is started with. */
export const TOKEN = "token";

const byte = integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const garbage = string({ unit: byte, maxLength: 200 });

const commands: Arbitrary<Argv> = sequences({
  families: [
    ...(["string", "bitmap", "hash", "list", "set", "zset", "geo", "stream", "json"] as const),
    ...(["generic", "expire", "sort", "transactions", "pubsub", "scripting"] as const),
  ],
  length: 3,
  sessions: false,
  pauses: 0,
  textOnly: false,
  timing: { short: [10], wait: [10] },
}).map((sequence) => sequence.flatMap((step) => ("argv" in step ? [step.argv] : []))[0] ?? []);

type Mutation = (text: string) => string;

/** Somewhere in a text, as a share of its length. */
const place = integer({ min: 0, max: 999 });

const mutation: Arbitrary<Mutation> = oneof(
  tuple(place, byte).map(([at, code]) => edit(at, 1, code)),
  tuple(place, garbage).map(([at, inserted]) => edit(at, 0, inserted)),
  tuple(place, integer({ min: 1, max: 60 })).map(([at, length]) => edit(at, length, "")),
  place.map(
    (at): Mutation =>
      (text) =>
        text.slice(0, position(text, at)),
  ),
  place.map(
    (at): Mutation =>
      (text) =>
        text + text.slice(position(text, at)),
  ),
  tuple(place, constantFrom("\r\n", "\n", "\0", " ", "-1", "99999999999999999999")).map(
    ([at, inserted]) => edit(at, 0, inserted),
  ),
);

function edit(at: number, length: number, inserted: string): Mutation {
  return (text) => {
    const start = position(text, at);
    return text.slice(0, start) + inserted + text.slice(start + length);
  };
}

function position(text: string, at: number): number {
  return Math.floor((text.length * at) / 1000);
}

function mutated(text: Arbitrary<string>): Arbitrary<string> {
  return tuple(text, array(mutation, { minLength: 1, maxLength: 3 })).map(([whole, mutations]) =>
    mutations.reduce((bytes, mutate) => mutate(bytes), whole),
  );
}

/** Texts in the pieces that they are sent in, cut at most twice. */
function pieces(text: Arbitrary<string>): Arbitrary<readonly string[]> {
  return tuple(text, array(place, { maxLength: 2 })).map(([whole, cuts]) => {
    const at = cuts.map((cut) => position(whole, cut)).toSorted((one, other) => one - other);
    return [0, ...at].map((start, index) => whole.slice(start, at[index]));
  });
}

const deep = tuple(constantFrom("[", '{"a":', "[[],"), integer({ min: 1, max: 20_000 })).map(
  ([open, depth]) => open.repeat(depth) + "1",
);
const oddJson = oneof(
  constantFrom(
    "",
    "null",
    "[]",
    "{}",
    "[[]]",
    '"x"',
    "5",
    "[null]",
    '["GET",null]',
    '["SET","k",{}]',
  ),
  constantFrom('["SET","k","\\ud800"]', '["GET","\xff\xfe"]', "\xef\xbb\xbf[]", '["ECHO",1e400]'),
  constantFrom('["ECHO",-0.10]', '["ECHO",01]', '["GET","k"', '["GET","k"]]', "[1,[2,[3]]]"),
  garbage,
);
const many = tuple(
  constantFrom("DEL", "MGET", "SADD", "RPUSH", "ZADD", "PFADD", "EXISTS", "MSET", "XADD", "EVAL"),
  integer({ min: 1, max: 30_000 }),
).map(([name, count]) => JSON.stringify([name, "k", ...Array.from({ length: count }, String)]));

const batch = array(commands, { maxLength: 5 });
const body = oneof(
  { weight: 20, arbitrary: commands.map((argv) => JSON.stringify(argv)) },
  { weight: 10, arbitrary: batch.map((argvs) => JSON.stringify(argvs)) },
  { weight: 10, arbitrary: oddJson },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: many },
);

const segment = oneof(
  commands.map((argv) => argv.map(encodeURIComponent).join("/")),
  string({
    unit: constantFrom("%", "%2", "%zz", "%00", "%ff", "/", "//", "a", "+", "."),
    maxLength: 12,
  }),
);
const target = oneof(
  constantFrom("/", "/pipeline", "/multi-exec", "/", "/pipeline", "/multi-exec"),
  constantFrom(
    "/subscribe/chat",
    "/psubscribe/c*",
    "/monitor",
    "/subscribe",
    "/subscribe//",
    "/monitor/x",
  ),
  constantFrom("//", "*", "http://elsewhere/get/k", "/?_token", "/set/k?&&=&_token=token&EX", "/#"),
  segment.map((words) => `/${words}`),
  tuple(segment, segment).map(([words, query]) => `/${words}?${query}`),
);

const headers = array(
  constantFrom(
    "Accept: text/event-stream",
    "Upstash-Encoding: base64",
    "Upstash-Encoding: rot13",
    "Upstash-Response-Format: resp2",
    "Origin: http://app",
    "Connection: close",
    "Connection: Upgrade\r\nUpgrade: websocket",
    "Expect: 100-continue",
    "Expect: nothing",
    `X-Long: ${"x".repeat(20_000)}`,
    "Authorization: Bearer wrong",
    "\xe4: \xff",
  ),
  { maxLength: 2 },
);

/** How a body goes into a request, with the header that tells of it. */
const framing: Arbitrary<(body: string) => string> = oneof(
  { weight: 12, arbitrary: constant((text: string) => sized(text.length, text)) },
  { weight: 4, arbitrary: constant((text: string) => chunked(`${chunk(text)}0\r\n\r\n`)) },
  { weight: 1, arbitrary: constant((text: string) => chunked(chunk(text))) },
  { weight: 1, arbitrary: constant((text: string) => chunked(`ffffffffff\r\n${text}`)) },
  { weight: 1, arbitrary: constant((text: string) => sized(99_999_999, text)) },
  {
    weight: 1,
    arbitrary: integer({ min: -2, max: 40 }).map((size) => (text: string) => sized(size, text)),
  },
  { weight: 1, arbitrary: constant((text: string) => `Content-Length: 1\r\n${sized(2, text)}`) },
);

function sized(length: number, text: string): string {
  return `Content-Length: ${length}\r\n\r\n${text}`;
}

function chunked(chunks: string): string {
  return `Transfer-Encoding: chunked\r\n\r\n${chunks}`;
}

function chunk(text: string): string {
  return text === "" ? "" : `${text.length.toString(16)}\r\n${text}\r\n`;
}

const method = constantFrom(
  "POST",
  "POST",
  "GET",
  "PUT",
  "HEAD",
  "OPTIONS",
  "DELETE",
  "CONNECT",
  "M",
);

const request = record({ method, target, headers, body, framing }).map((parts) => {
  const head = [`${parts.method} ${parts.target} HTTP/1.1`, "Host: x", ...parts.headers];
  const authorization = `Authorization: Bearer ${TOKEN}`;
  return `${[...head, authorization].join("\r\n")}\r\n${parts.framing(parts.body)}`;
});

const goodRequest = tuple(constantFrom("/", "/pipeline", "/multi-exec"), body).map(
  ([path, text]) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${TOKEN}\r\n${sized(text.length, text)}`,
);

const leaves = constantFrom("end" as const, "end" as const, "reset" as const);

/** A good request or none, then others. */
export const httpVisits: Arbitrary<Visit> = tuple(
  oneof(constant(""), goodRequest),
  array(oneof(request, mutated(request), mutated(goodRequest), garbage), { maxLength: 6 }),
  leaves,
).chain(([good, others, leave]) =>
  pieces(constant(good + others.join(""))).map((chunks) => ({
    chunks,
    requests: others.length + (good === "" ? 0 : 1),
    expectsAnswer: good !== "",
    leaves: leave,
  })),
);

const frame = commands.map(
  (argv) => `*${argv.length}\r\n${argv.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`,
);
const oddFrame = oneof(
  constantFrom(
    "*2147483647\r\n",
    "*2147483648\r\n",
    "*1\r\n$536870912\r\nx",
    "*1\r\n$536870913\r\n",
  ),
  constantFrom(
    "*-1\r\n",
    "*0\r\n",
    "$-1\r\n",
    "*1\r\n$-1\r\n",
    "*1\r\n*1\r\n",
    "*1\r\n$0\r\n\r\n",
    "\r\n",
  ),
  constantFrom(
    "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$9",
    "HELLO 3\r\n",
    "hello 4\r\n",
    "*1\r\n$4\r\nQUIT\r\n",
  ),
  constantFrom("MONITOR\r\n", "SUBSCRIBE a b c\r\n", "BLPOP nowhere 0\r\n", "CLIENT REPLY OFF\r\n"),
  commands.map((argv) => `${argv.join(" ")}\r\n`),
  integer({ min: 1, max: 5000 }).map((count) => `DEL${" k".repeat(count)}\r\n`),
  constant("x".repeat(70_000)),
  garbage,
);

/** What comes over RESP, from one who has said the password or not. */
export const respVisits: Arbitrary<Visit> = tuple(
  constantFrom(`AUTH ${TOKEN}\r\n`, `AUTH ${TOKEN}\r\n`, `AUTH ${TOKEN}\r\n`, ""),
  array(oneof(frame, frame, mutated(frame), oddFrame, mutated(oddFrame)), {
    minLength: 1,
    maxLength: 10,
  }),
  leaves,
).chain(([authentication, frames, leave]) =>
  pieces(constant(authentication + frames.join(""))).map((chunks) => ({
    chunks,
    requests: frames.length,
    expectsAnswer: authentication !== "",
    leaves: leave,
  })),
);
