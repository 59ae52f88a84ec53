/** The exact bytes of each kind of reply, as redis-server 8.0 sends them. */
import { describe, expect, it } from "vitest";
import { bytes, utf8 } from "../../src/bytes.js";
import { ReplyError } from "../../src/errors.js";
import {
  double,
  keyed,
  map,
  NIL_ARRAY,
  OK,
  pairs,
  set,
  status,
  verbatim,
  type Reply,
} from "../../src/reply.js";
import { encodeResp } from "../../src/resp/encode.js";

const a = bytes("a");
const b = bytes("b");

const examples: readonly (readonly [name: string, reply: Reply, resp2: string, resp3: string])[] = [
  ["a status", OK, "+OK\r\n", "+OK\r\n"],
  ["an empty status", status(""), "+\r\n", "+\r\n"],
  ["an integer", -12, ":-12\r\n", ":-12\r\n"],
  [
    "an integer past 2^53",
    9223372036854775807n,
    ":9223372036854775807\r\n",
    ":9223372036854775807\r\n",
  ],
  ["a bulk string", bytes("a\r\n\x00\xff"), "$5\r\na\r\n\x00\xff\r\n", "$5\r\na\r\n\x00\xff\r\n"],
  ["UTF-8, its length in bytes", utf8("é€"), "$5\r\nÃ©â\x82¬\r\n", "$5\r\nÃ©â\x82¬\r\n"],
  ["an empty bulk string", bytes(""), "$0\r\n\r\n", "$0\r\n\r\n"],
  ["nil", null, "$-1\r\n", "_\r\n"],
  ["the nil array", NIL_ARRAY, "*-1\r\n", "_\r\n"],
  ["an empty array", [], "*0\r\n", "*0\r\n"],
  [
    "a nested array",
    [1, [a, null]],
    "*2\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n",
    "*2\r\n:1\r\n*2\r\n$1\r\na\r\n_\r\n",
  ],
  ["a double", double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"],
  ["an infinite double", double(-Infinity), "$4\r\n-inf\r\n", ",-inf\r\n"],
  [
    "a map",
    map([a, 1, b, 2]),
    "*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n",
    "%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n",
  ],
  ["a set", set([a]), "*1\r\n$1\r\na\r\n", "~1\r\n$1\r\na\r\n"],
  [
    "pairs",
    pairs([a, double(1), b, double(2)]),
    "*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n",
    "*2\r\n*2\r\n$1\r\na\r\n,1\r\n*2\r\n$1\r\nb\r\n,2\r\n",
  ],
  [
    "what is keyed",
    keyed([a, [1], b, [2]]),
    "*2\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n*2\r\n$1\r\nb\r\n*1\r\n:2\r\n",
    "%2\r\n$1\r\na\r\n*1\r\n:1\r\n$1\r\nb\r\n*1\r\n:2\r\n",
  ],
  ["no pairs", pairs([]), "*0\r\n", "*0\r\n"],
  ["a verbatim string", verbatim("txt", a), "$1\r\na\r\n", "=5\r\ntxt:a\r\n"],
  ["a push", { kind: "push", items: [a] }, "*1\r\n$1\r\na\r\n", ">1\r\n$1\r\na\r\n"],
  [
    "an error among the replies of EXEC",
    [OK, new ReplyError("ERR x")],
    "*2\r\n+OK\r\n-ERR x\r\n",
    "*2\r\n+OK\r\n-ERR x\r\n",
  ],
];

describe("encodeResp", () => {
  it.each(examples)("encodes %s in RESP2", (_, reply, resp2) => {
    expect(encodeResp(reply, 2)).toBe(resp2);
  });

  it.each(examples)("encodes %s in RESP3", (_, reply, __, resp3) => {
    expect(encodeResp(reply, 3)).toBe(resp3);
  });

  it("puts spaces for line ends within an error", () => {
    expect(encodeResp(new ReplyError("ERR a\r\nb"), 2)).toBe("-ERR a  b\r\n");
  });

  it("drops line ends behind an error", () => {
    expect(encodeResp(new ReplyError("ERR x\r\n"), 2)).toBe("-ERR x\r\n");
  });
});
