/** The encoder and the decoders against each other, and the decoders against bytes that arrive in pieces or are no RESP. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes, type ByteString } from "../../src/bytes.js";
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
  type RespValue,
} from "../../src/resp/decode.js";
import { formatDouble } from "../../src/values/numbers.js";

/** A reply beside what its RESP3 bytes say. */
interface Example {
  readonly reply: Reply;
  readonly wire: RespValue;
}

const byteString = fc
  .array(fc.oneof(fc.constantFrom(13, 10, 36, 42), fc.nat(255)), { maxLength: 12 })
  .map((codes) => bytes(String.fromCharCode(...codes)));
const line = byteString.map((value) => value.replace(/[\r\n]/g, "."));

const leaf: fc.Arbitrary<Example> = fc.oneof(
  line.map((text) => example(status(text), { type: "status", text: bytes(text) })),
  line.map((text) => example(new ReplyError(text), { type: "error", text: bytes(text) })),
  fc
    .oneof(fc.integer(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))
    .map((reply) => example(reply, { type: "integer", text: bytes(String(reply)) })),
  fc
    .oneof(fc.double(), fc.constantFrom(0, -0, Infinity, -Infinity))
    .map((value) => example(double(value), { type: "double", text: formatDouble(value) })),
  byteString.map((text) => example(text, { type: "bulk", text })),
  byteString.map((text) =>
    example(verbatim("txt", text), { type: "verbatim", text: bytes(`txt:${text}`) }),
  ),
  fc.constantFrom(null, NIL_ARRAY).map((reply) => example(reply, { type: "null" })),
);

const { anyExample } = fc.letrec<{ anyExample: Example }>((tie) => {
  const items = fc.array(tie("anyExample"), { maxLength: 4 });
  const paired = fc.array(fc.tuple(tie("anyExample"), tie("anyExample")), { maxLength: 3 });
  return {
    anyExample: fc.oneof(
      { depthSize: "small" },
      leaf,
      items.map((all) => example(replies(all), { type: "array", items: wires(all) })),
      items.map((all) => example(set(replies(all)), { type: "set", items: wires(all) })),
      items.map((all) =>
        example({ kind: "push", items: replies(all) }, { type: "push", items: wires(all) }),
      ),
      paired.map((all) =>
        example(map(replies(all.flat())), { type: "map", items: wires(all.flat()) }),
      ),
      paired.map((all) => {
        const items = all.map((pair): RespValue => ({ type: "array", items: wires(pair) }));
        return example(pairs(replies(all.flat())), { type: "array", items });
      }),
    ),
  };
});

function example(reply: Reply, wire: RespValue): Example {
  return { reply, wire };
}

function replies(examples: readonly Example[]): readonly Reply[] {
  return examples.map(({ reply }) => reply);
}

function wires(examples: readonly Example[]): readonly RespValue[] {
  return examples.map(({ wire }) => wire);
}

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

describe("RespDecoder", () => {
  it("law: decodes what RESP3 encodes, however the bytes are split", () => {
    fc.assert(
      fc.property(fc.array(anyExample, { maxLength: 4 }), cuts, (examples, cuts) => {
        const whole = examples.map(({ reply }) => encodeResp(reply, 3)).join("");
        const decoded = decodeAll(new RespDecoder(), split(whole, cuts));
        expect(decoded).toEqual(examples.map(({ wire }) => wire));
      }),
    );
  });

  it("law: decodes one byte at a time as it decodes all at once", () => {
    fc.assert(
      fc.property(anyExample, fc.constantFrom<(2 | 3)[]>(2, 3), ({ reply }, version) => {
        const whole = encodeResp(reply, version);
        const single = decodeAll(new RespDecoder(), Array.from(whole, bytes));
        expect(single).toEqual(decodeAll(new RespDecoder(), [whole]));
        expect(single).toHaveLength(1);
      }),
    );
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
  it("law: reads commands as they were sent, however the bytes are split", () => {
    const argv = fc.array(byteString, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(argv, { maxLength: 4 }), cuts, (commands, cuts) => {
        const whole = commands.map((argv) => encodeResp(argv, 2)).join("");
        expect(decodeAll(new RequestDecoder(), split(whole, cuts))).toEqual(commands);
      }),
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
