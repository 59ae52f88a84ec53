/**
 * How calls of CLIENT look. None of them ends or holds up a session that is compared: CLIENT KILL finds nobody, and what takes a session's
 * replies away, or makes the server wait, is not drawn (its weight is 0).
 */
import type { ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const nothing: Grammar = () => [];
const mode: Grammar = (draw) => [draw.word("ON", "OFF", "off", "x", "")];
const name = (draw: Operands): ByteString =>
  draw.word("ann", "a-b_c.1", "", "a b", "a\n", "a\t", "~!", "\x7f", "ann ");
const nobody = (draw: Operands): ByteString => draw.word("0", "-1", "x", "999999", "1.5", "");

function filter(draw: Operands): ByteString[] {
  switch (draw.below(8)) {
    case 0:
      return [draw.word("ID"), nobody(draw)];
    case 1:
      return [draw.word("ADDR", "LADDR"), draw.word("1.1.1.1:1", "")];
    case 2:
      return [draw.word("TYPE"), draw.word("replica", "slave", "master", "nosuch", "")];
    case 3:
      return [draw.word("USER"), draw.word("nosuch", "u9", "")];
    case 4:
      return [draw.word("MAXAGE"), draw.word("9999999", "0", "-1", "x", "")];
    case 5:
      return [draw.word("FOO", "IDX"), draw.word("1")];
    default:
      // With what finds nobody, so that a word more or less makes no difference.
      return [draw.word("SKIPME"), draw.word("yes", "YES", "x"), draw.word("ADDR"), draw.word("a")];
  }
}

export const clientGrammars = {
  client: (draw) => [draw.word("NOPE", "HELP", "", "IDS")],
  "client|caching": (draw) => [draw.word("YES", "NO", "x")],
  "client|getname": nothing,
  "client|getredir": nothing,
  "client|help": nothing,
  "client|id": nothing,
  "client|info": nothing,
  "client|kill": (draw) =>
    draw.happens(0.2) ? [draw.word("1.1.1.1:1", "x", "")] : draw.some(3, () => filter(draw)),
  "client|list": (draw) =>
    draw.maybe(
      0.7,
      () => draw.word("TYPE", "ID", "FOO"),
      () => draw.word("normal", "pubsub", "replica", "x", "0", "999999", ""),
    ),
  "client|no-evict": mode,
  "client|no-touch": mode,
  "client|pause": (draw) => [draw.word("0", "x", "-1"), draw.word("ALL", "WRITE")],
  "client|reply": mode,
  "client|setinfo": (draw) => [draw.word("LIB-NAME", "lib-ver", "LIB", ""), name(draw)],
  "client|setname": (draw) => [name(draw)],
  "client|tracking": (draw) => [
    draw.word("OFF", "off", "x"),
    ...draw.maybe(0.2, () => draw.word("BCAST", "OPTIN", "NOLOOP", "FOO")),
    ...draw.maybe(0.2, "REDIRECT", () => draw.word("999999", "x", "0")),
    ...draw.maybe(0.1, "PREFIX", "a"),
  ],
  "client|trackinginfo": nothing,
  "client|unblock": (draw) => [
    nobody(draw),
    ...draw.maybe(0.4, () => draw.word("TIMEOUT", "error", "x")),
  ],
  "client|unpause": nothing,
} satisfies Grammars;
