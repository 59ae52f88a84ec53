/** How calls of scripts and functions look. */
import { bytes, upperAscii, type ByteString } from "../../bytes.js";
import { sha1 } from "../../lua/sha1.js";
import { KEPT_SCRIPTS, luaLibrary, luaScript } from "../lua-scripts.js";
import type { Grammar, Grammars, Operands } from "../operands.js";
import { LIBRARY_PAYLOADS, ODD_LIBRARY_PAYLOADS } from "./payloads.js";

/** `numkeys key [key …] [arg …]`: one key or two, of any type, and a few arguments. */
function keysAndArguments(draw: Operands): ByteString[] {
  const keys = draw.keys(draw.pick([undefined, "string", "hash", "list", "zset"]), 2);
  const args = draw.some(3, () => [draw.pick([() => draw.value(), () => draw.float()])()]);
  // The sign of a NaN is lost between WebAssembly and JavaScript.
  const signless = args.map((arg) => (/nan/i.test(arg) ? bytes("nan") : arg));
  const count = draw.happens(0.03)
    ? draw.word("0", "-1", "9", "a", "1", "99999999999", "01")
    : bytes(String(keys.length));
  return [count, ...keys, ...signless];
}

const script = (draw: Operands): ByteString =>
  draw.happens(0.2) ? draw.from(KEPT_SCRIPTS) : luaScript(draw);

const DIGESTS = KEPT_SCRIPTS.map(sha1);

function digest(draw: Operands): ByteString {
  const found = draw.happens(0.1) ? draw.word("x", "", "0".repeat(40)) : draw.from(DIGESTS);
  return draw.happens(0.1) ? bytes(upperAscii(found)) : found;
}

const evaluate: Grammar = (draw) => [script(draw), ...keysAndArguments(draw)];
const evaluateKept: Grammar = (draw) => [digest(draw), ...keysAndArguments(draw)];
const mode = (draw: Operands): ByteString[] =>
  draw.maybe(0.4, () => draw.word("SYNC", "ASYNC", "async", "foo"));
const name = (draw: Operands): ByteString => draw.word("f", "f", "f", "f", "F", "g", "h", "nosuch");
const callFunction: Grammar = (draw) => [name(draw), ...keysAndArguments(draw)];
const alone: Grammar = () => [];

export const scriptingGrammars = {
  eval: evaluate,
  eval_ro: evaluate,
  evalsha: evaluateKept,
  evalsha_ro: evaluateKept,
  script: (draw) => [draw.word("HELP", "NOPE", "EXISTS", "")],
  // The other modes would open the server's debugger.
  "script|debug": (draw) => [draw.word("NO", "no", "foo")],
  "script|exists": (draw) => draw.some(3, () => [digest(draw)]),
  "script|flush": mode,
  "script|help": alone,
  "script|kill": alone,
  "script|load": (draw) => [draw.happens(0.7) ? draw.from(KEPT_SCRIPTS) : luaScript(draw)],
  fcall: callFunction,
  fcall_ro: callFunction,
  function: (draw) => [draw.word("HELP", "NOPE", "STATS", "")],
  "function|delete": (draw) => [draw.word("lib", "other", "other", "nosuch")],
  "function|dump": alone,
  // Redis 8.0.2 crashes now and then of one that it obeys. A word may get lost on the way.
  "function|flush": () => [bytes("foo"), bytes("foo"), bytes("foo")],
  "function|help": alone,
  "function|kill": alone,
  "function|list": (draw) =>
    draw.shuffled(
      draw.maybe(0.4, "LIBRARYNAME", () => draw.word("lib", "L*", "nosuch", "*")),
      draw.maybe(0.4, "WITHCODE"),
      draw.maybe(0.1, "foo"),
    ),
  "function|load": (draw) => [...draw.maybe(0.8, "REPLACE"), luaLibrary(draw)],
  // FLUSH is left out for what FUNCTION FLUSH does to Redis 8.0.2.
  "function|restore": (draw) => [
    draw.happens(0.8) ? draw.from(LIBRARY_PAYLOADS) : draw.from(ODD_LIBRARY_PAYLOADS),
    ...draw.maybe(0.9, () => draw.word("REPLACE", "REPLACE", "replace", "APPEND", "foo")),
  ],
  "function|stats": alone,
} satisfies Grammars;
