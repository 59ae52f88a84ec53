/** The encoders and the decoders against each other, and the decoders against bytes that arrive in pieces or are no RESP. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, text, utf8, type ByteString } from "../../src/bytes.js";
import { quote } from "../../src/quote.js";
import { createEmulator } from "../../src/emulator.js";
import { ReplyError } from "../../src/errors.js";
import {
  double,
  map,
  NIL_ARRAY,
  pairs,
  set,
  status,
  verbatim,
  type Reply,
} from "../../src/reply.js";
import { encodeResp } from "../../src/resp/encode.js";
import {
  ProtocolError,
  RequestDecoder,
  RespDecoder,
  splitArguments,
  type AggregateType,
  type RespValue,
} from "../../src/resp/decode.js";
import { encodeReply } from "../../src/rest/encode.js";
import { formatDouble } from "../../src/values/numbers.js";

/** A reply beside what its bytes say in RESP2 and RESP3. */
interface Example {
  readonly reply: Reply;
  readonly 2: RespValue;
  readonly 3: RespValue;
}

const byteString = fc
  .array(fc.oneof(fc.constantFrom(13, 10, 36, 42), fc.nat(255)), { maxLength: 12 })
  .map((codes) => bytes(String.fromCharCode(...codes)));
const line = byteString.map((value) => value.replace(/[\r\n]/g, "."));

const leaf: fc.Arbitrary<Example> = fc.oneof(
  line.map((text) => same(status(text), { type: "status", text: bytes(text) })),
  line.map((text) => same(new ReplyError(text), { type: "error", text: bytes(text) })),
  fc
    .oneof(fc.integer(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))
    .map((reply) => same(reply, { type: "integer", text: bytes(String(reply)) })),
  fc.oneof(fc.double(), fc.constantFrom(0, -0, Infinity, -Infinity)).map((value) => {
    const text = formatDouble(value);
    return example(double(value), { type: "bulk", text }, { type: "double", text });
  }),
  byteString.map((text) => same(text, { type: "bulk", text })),
  byteString.map((text) =>
    example(
      verbatim("txt", text),
      { type: "bulk", text },
      { type: "verbatim", text: bytes(`txt:${text}`) },
    ),
  ),
  fc.constantFrom(
    example(null, { type: "nil" }, { type: "null" }),
    example(NIL_ARRAY, { type: "nil-array" }, { type: "null" }),
  ),
);

const { anyExample } = fc.letrec<{ anyExample: Example }>((tie) => {
  const items = fc.array(tie("anyExample"), { maxLength: 4 });
  const paired = fc.array(fc.tuple(tie("anyExample"), tie("anyExample")), { maxLength: 3 });
  return {
    anyExample: fc.oneof(
      { depthSize: "small" },
      leaf,
      items.map((all) => aggregate(replies(all), all, "array")),
      items.map((all) => aggregate(set(replies(all)), all, "set")),
      items.map((all) => aggregate({ kind: "push", items: replies(all) }, all, "push")),
      paired.map((all) => aggregate(map(replies(all.flat())), all.flat(), "map")),
      paired.map((all) => {
        const nested = all.map((pair): RespValue => ({ type: "array", items: wires(pair, 3) }));
        return example(
          pairs(replies(all.flat())),
          { type: "array", items: wires(all.flat(), 2) },
          { type: "array", items: nested },
        );
      }),
    ),
  };
});

/** What looks alike in both versions. */
function same(reply: Reply, wire: RespValue): Example {
  return example(reply, wire, wire);
}

function example(reply: Reply, resp2: RespValue, resp3: RespValue): Example {
  return { reply, 2: resp2, 3: resp3 };
}

/** What is an array in RESP2. */
function aggregate(reply: Reply, all: readonly Example[], type: AggregateType): Example {
  return example(reply, { type: "array", items: wires(all, 2) }, { type, items: wires(all, 3) });
}

function replies(examples: readonly Example[]): readonly Reply[] {
  return examples.map(({ reply }) => reply);
}

function wires(examples: readonly Example[], version: 2 | 3): readonly RespValue[] {
  return examples.map((example) => example[version]);
}

/** One of each kind, short enough to be split everywhere. */
const ONE_OF_EACH: readonly Example[] = [
  same(status("OK"), { type: "status", text: bytes("OK") }),
  same(new ReplyError("ERR x"), { type: "error", text: bytes("ERR x") }),
  same(-12, { type: "integer", text: bytes("-12") }),
  same(2n ** 62n, { type: "integer", text: bytes("4611686018427387904") }),
  example(
    double(-1.5),
    { type: "bulk", text: bytes("-1.5") },
    { type: "double", text: bytes("-1.5") },
  ),
  same(bytes("\r\n$1\r\n\xff"), { type: "bulk", text: bytes("\r\n$1\r\n\xff") }),
  same(bytes(""), { type: "bulk", text: bytes("") }),
  example(
    verbatim("txt", bytes("a\r\n")),
    { type: "bulk", text: bytes("a\r\n") },
    { type: "verbatim", text: bytes("txt:a\r\n") },
  ),
  example(null, { type: "nil" }, { type: "null" }),
  example(NIL_ARRAY, { type: "nil-array" }, { type: "null" }),
];

/** The leaves within each aggregate, within an array, between two integers. */
const NESTED: readonly Example[] = [
  aggregate(replies(ONE_OF_EACH), ONE_OF_EACH, "array"),
  aggregate(set(replies(ONE_OF_EACH)), ONE_OF_EACH, "set"),
  aggregate(map(replies(ONE_OF_EACH)), ONE_OF_EACH, "map"),
  aggregate({ kind: "push", items: replies(ONE_OF_EACH) }, ONE_OF_EACH, "push"),
  aggregate([], [], "array"),
  aggregate(set([]), [], "set"),
  aggregate(map([]), [], "map"),
].map((example) => {
  const one = same(1, { type: "integer", text: bytes("1") });
  const all = [one, example, one];
  return aggregate(replies(all), all, "array");
});

/** Cuts at the given places, each taken modulo the length. */
function split(whole: string, cuts: readonly number[]): ByteString[] {
  const places = cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes(whole.slice(start, places[index])));
}

interface Decoder<Value> {
  push(chunk: ByteString): void;
  next(): Value | undefined;
}

function decodeAll<Value>(decoder: Decoder<Value>, chunks: readonly ByteString[]): Value[] {
  const values: Value[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let value = decoder.next(); value !== undefined; value = decoder.next()) {
      values.push(value);
    }
  }
  return values;
}

const cuts = fc.array(fc.nat(10_000), { maxLength: 20 });

const VERSIONS = [2, 3] as const;

function encodeAll(examples: readonly Example[], version: 2 | 3): string {
  return examples.map(({ reply }) => encodeResp(reply, version)).join("");
}

describe("RespDecoder", () => {
  it.each(VERSIONS)("law: decodes what RESP%i encodes, however the bytes are split", (version) => {
    fc.assert(
      fc.property(fc.array(anyExample, { maxLength: 4 }), cuts, (examples, cuts) => {
        const whole = encodeAll(examples, version);
        const decoded = decodeAll(new RespDecoder(), split(whole, cuts));
        expect(decoded).toEqual(wires(examples, version));
      }),
      { numRuns: 1000 },
    );
  });

  it.each(VERSIONS)("law: decodes what RESP%i encodes, cut at any one place", (version) => {
    fc.assert(
      fc.property(anyExample, (example) => {
        const whole = encodeResp(example.reply, version);
        for (let cut = 0; cut <= whole.length; cut++) {
          expect(decodeAll(new RespDecoder(), split(whole, [cut]))).toEqual([example[version]]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each(VERSIONS)("law: decodes what RESP%i encodes, one byte at a time", (version) => {
    fc.assert(
      fc.property(anyExample, (example) => {
        const single = Array.from(encodeResp(example.reply, version), bytes);
        expect(decodeAll(new RespDecoder(), single)).toEqual([example[version]]);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(VERSIONS)("decodes every kind of reply in RESP%i, cut at any one place", (version) => {
    for (const examples of [...ONE_OF_EACH, ...NESTED].map((example) => [example, example])) {
      const whole = encodeAll(examples, version);
      for (let cut = 0; cut <= whole.length; cut++) {
        const decoded = decodeAll(new RespDecoder(), split(whole, [cut]));
        expect(decoded).toEqual(wires(examples, version));
      }
    }
  });

  it("keeps RESP2's two kinds of nil apart", () => {
    expect(decodeAll(new RespDecoder(), [bytes("$-1\r\n*-1\r\n")])).toEqual([
      { type: "nil" },
      { type: "nil-array" },
    ]);
  });

  it("reads booleans and big numbers", () => {
    expect(decodeAll(new RespDecoder(), [bytes("#t\r\n(123456789012345678901\r\n")])).toEqual([
      { type: "boolean", text: "t" },
      { type: "big-number", text: "123456789012345678901" },
    ]);
  });

  it("reads a large array in small chunks in linear time", () => {
    const count = 200_000;
    const whole = `*${count}\r\n${"$1\r\nx\r\n".repeat(count)}`;
    const chunks = split(
      whole,
      Array.from({ length: 1400 }, (_, index) => index * 1000),
    );
    const [value] = decodeAll(new RespDecoder(), chunks);
    expect(value !== undefined && "items" in value ? value.items.length : 0).toBe(count);
  }, 5000);

  it.each([
    "x\r\n",
    "\r\n",
    ":1x\r\n",
    ":\r\n",
    ",one\r\n",
    "#y\r\n",
    "_x\r\n",
    "$-2\r\n",
    "$x\r\n",
    "*-2\r\n",
    "%-1\r\n",
    "$1\r\nabc",
  ])("refuses %j", (input) => {
    expect(() => decodeAll(new RespDecoder(), [bytes(input)])).toThrow(ProtocolError);
  });
});

describe("RequestDecoder", () => {
  const commands = fc.array(fc.array(byteString, { minLength: 1, maxLength: 4 }), { maxLength: 4 });

  it("law: reads commands as they were sent, however the bytes are split", () => {
    fc.assert(
      fc.property(commands, cuts, (commands, cuts) => {
        const whole = commands.map((argv) => encodeResp(argv, 2)).join("");
        expect(decodeAll(new RequestDecoder(), split(whole, cuts))).toEqual(commands);
      }),
      { numRuns: 1000 },
    );
  });

  it("law: reads commands as they were sent, cut at any one place", () => {
    fc.assert(
      fc.property(commands, (commands) => {
        const whole = commands.map((argv) => encodeResp(argv, 2)).join("");
        for (let cut = 0; cut <= whole.length; cut++) {
          expect(decodeAll(new RequestDecoder(), split(whole, [cut]))).toEqual(commands);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("law: reads arrays and quoted lines alike, however the bytes are split", () => {
    const lines = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(commands, lines, cuts, (commands, lines, cuts) => {
        const whole = commands
          .map((argv, index) =>
            lines[index] === true ? `${argv.map(quote).join(" ")}\n` : encodeResp(argv, 2),
          )
          .join("");
        expect(decodeAll(new RequestDecoder(), split(whole, cuts))).toEqual(commands);
      }),
      { numRuns: 1000 },
    );
  });

  it("reads inline commands between arrays", () => {
    const input = '  set  a "x\\x00y z" \r\nPING\n*1\r\n$4\r\nPING\r\nget a\r\n';
    expect(decodeAll(new RequestDecoder(), Array.from(input, bytes))).toEqual([
      ["set", "a", "x\x00y z"],
      ["PING"],
      ["PING"],
      ["get", "a"],
    ]);
  });

  it("passes over commands without words", () => {
    const input = bytes("\r\n   \r\n*0\r\n*-1\r\n*-5\r\nPING\r\n");
    expect(decodeAll(new RequestDecoder(), [input])).toEqual([["PING"]]);
  });

  it.each([
    ['echo "a\r\n', "unbalanced quotes in request"],
    ['echo "a"b\r\n', "unbalanced quotes in request"],
    ["*x\r\n", "invalid multibulk length"],
    ["*01\r\n", "invalid multibulk length"],
    ["*99999999999\r\n", "invalid multibulk length"],
    ["*1\r\n:4\r\n", "expected '$', got ':'"],
    ["*1\r\n$-1\r\n", "invalid bulk length"],
    ["*1\r\n$04\r\n", "invalid bulk length"],
    ["*1\r\n$600000000\r\n", "invalid bulk length"],
    ["a".repeat(70_000), "too big inline request"],
    [`*${"1".repeat(70_000)}`, "too big mbulk count string"],
    [`*1\r\n$${"1".repeat(70_000)}`, "too big bulk count string"],
  ])("refuses %.20j in Redis's words", (input, message) => {
    expect(() => decodeAll(new RequestDecoder(), [bytes(input)])).toThrow(
      new ProtocolError(`Protocol error: ${message}`),
    );
  });
});

describe("splitArguments", () => {
  it.each([
    ["get a", ["get", "a"]],
    ["  \t", []],
    ['echo ""', ["echo", ""]],
    ['a"b c"', ["ab c"]],
    ["'it\\'s' '\\n'", ["it's", "\\n"]],
    ['"\\n\\r\\t\\a\\b\\q\\"\\\\\\xfF\\x4"', ['\n\r\t\x07\bq"\\\xffx4']],
    ["\xa0 \xff", ["\xa0", "\xff"]],
  ])("splits %j", (line, argv) => {
    expect(splitArguments(bytes(line))).toEqual(argv);
  });

  it.each(['"', "a'", 'a"b c"d', '"a\\"', "'a\\'", "'a'b"])("refuses %j", (line) => {
    expect(splitArguments(bytes(line))).toBeUndefined();
  });
});

describe("encodeReply", () => {
  it("law: in base64, tells what RESP2 tells, save which strings are statuses and which nils arrays", () => {
    const anyButOk = anyExample.filter(({ 2: wire }) => !("text" in wire && wire.text === "OK"));
    fc.assert(
      fc.property(anyButOk, (example) => {
        const body: unknown = JSON.parse(encodeReply(example.reply, "base64"));
        expect(fromBody(body)).toEqual(asJson(example[2]));
      }),
      { numRuns: 1000 },
    );
  });

  it("law: as text, holds every text as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        expect(JSON.parse(encodeReply(utf8(value), "text"))).toEqual({ result: value });
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the REST handler", () => {
  it("law: answers in base64 with the bytes that its path brought", async () => {
    const emulator = createEmulator();
    const headers = { "upstash-encoding": "base64" };
    // A URL leaves out the segments "." and "..", escaped ones too.
    const segment = byteString.filter((value) => value !== "." && value !== "..");
    await fc.assert(
      fc.asyncProperty(segment, async (value) => {
        const path = value.replace(/\W/g, percent);
        const request = new Request(`https://db.example/echo/${path}/`, { headers });
        const response = await emulator.fetch(request);
        expect(fromBody(await response.json())).toEqual({ type: "bulk", text: value });
      }),
      { numRuns: 1000 },
    );
  });
});

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** What is left of a reply in JSON: one nil, no statuses, integers as doubles, and errors as text. */
function asJson(value: RespValue): RespValue {
  if ("items" in value) return { type: "array", items: value.items.map(asJson) };
  if (!("text" in value)) return { type: "nil" };
  if (value.type === "integer") return { type: "integer", text: bytes(String(Number(value.text))) };
  if (value.type === "error") return { type: "error", text: utf8(text(value.text)) };
  return { type: "bulk", text: value.text };
}

/** A reply from the body that carries it, its strings from base64. */
function fromBody(body: unknown): RespValue {
  if (typeof body !== "object" || body === null) throw new TypeError("the body is no object");
  if ("error" in body) return { type: "error", text: utf8(String(body.error)) };
  return fromBase64("result" in body ? body.result : undefined);
}

function fromBase64(value: unknown): RespValue {
  if (value === null) return { type: "nil" };
  if (typeof value === "string") return { type: "bulk", text: bytes(atob(value)) };
  if (typeof value === "number") return { type: "integer", text: bytes(String(value)) };
  return Array.isArray(value) ? { type: "array", items: value.map(fromBase64) } : fromBody(value);
}
