/**
 * How calls of ACL and of what says who a connection is look. The users that are set are nobody's: a connection that became one of them
 * could no longer be compared, so AUTH names others, and what changes a connection for good is not drawn (its weight is 0), and AUTH not either: Redis
 * sends no WRONGPASS while replies to earlier commands of a pipeline are waiting.
 */
import { bytes, type ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const user = (draw: Operands): ByteString =>
  draw.happens(0.05) ? draw.word("nosuch", "U1", "a b", "default\0") : draw.word("u1", "u2", "u3");

const COMMANDS = [
  ..."get set mget mset del exists sort sort_ro bitfield eval eval_ro evalsha fcall xread xreadgroup zunionstore".split(
    " ",
  ),
  ..."zinter georadius georadiusbymember lmpop sintercard copy rename pfcount bitop getex keys flushall select ping".split(
    " ",
  ),
  ..."publish subscribe psubscribe spublish unsubscribe auth exec object xgroup script acl hset lpop restore smove".split(
    " ",
  ),
];
const CATEGORIES =
  "read write set sortedset list hash string geo stream pubsub admin fast slow blocking dangerous connection transaction scripting".split(
    " ",
  );
const NAMES = [
  ..."get GET set mget del sort bitfield eval keys flushall select|0 select|1 select ping ping|a get|x script".split(
    " ",
  ),
  ..."script|load script|exists acl acl|list object object|encoding xgroup|create config|get config config|nosuch".split(
    " ",
  ),
  ..."nosuch publish subscribe client|kill client acl|whoami|x get| | @all @nosuch cluster debug|object".split(
    " ",
  ),
];

const one = (draw: Operands, words: readonly string[]): ByteString =>
  bytes(words[draw.below(words.length)] ?? "");

const pattern = (draw: Operands): string =>
  draw.pick(["*", "s*", "s1", "h?", "[a-h]*", "z1", "", "news.*", "a", "a b", "s1"]);

const HASH = "0123456789abcdef".repeat(4);

/** A rule about commands, keys or channels. */
function selectorRule(draw: Operands): string {
  switch (draw.below(8)) {
    case 0:
    case 1:
      return `${draw.pick(["+", "-"])}${one(draw, NAMES)}`;
    case 2:
    case 3:
      return `${draw.pick(["+", "-"])}@${one(draw, CATEGORIES)}`;
    case 4:
      return `${draw.pick(["~", "~", "%R~", "%W~", "%RW~", "%r~", "%X~", "%~", "%R"])}${pattern(draw)}`;
    case 5:
      return `&${pattern(draw)}`;
    default:
      return draw.pick([
        "allkeys",
        "resetkeys",
        "allchannels",
        "resetchannels",
        "allcommands",
        "nocommands",
        "+@all",
        "-@all",
        "~*",
        "&*",
      ]);
  }
}

function rule(draw: Operands): ByteString {
  if (draw.happens(0.6)) return bytes(selectorRule(draw));
  if (draw.happens(0.3)) {
    const rules = draw.some(3, () => [bytes(selectorRule(draw))]).join(" ");
    return bytes(draw.happens(0.05) ? `(${rules}` : `(${rules})`);
  }
  return draw.word(
    "on",
    "off",
    "ON",
    "reset",
    "clearselectors",
    "sanitize-payload",
    "skip-sanitize-payload",
    ">p",
    ">q",
    "<p",
    "<q",
    `#${HASH}`,
    `!${HASH}`,
    "#abc",
    "resetpass",
    "nopass",
    "",
    "nosuch",
    ")",
    "x y",
  );
}

/** A call of some command with words that it may well not take. */
function call(draw: Operands): ByteString[] {
  const word = (): ByteString => {
    if (draw.happens(0.5)) return draw.key();
    if (draw.happens(0.3)) return draw.smallInteger();
    return draw.word(
      "STREAMS",
      "STORE",
      "GET",
      "BY",
      "STOREDIST",
      "SET",
      "OVERFLOW",
      "LIMIT",
      "LEFT",
      "MIN",
      "GROUP",
      "encoding",
      "load",
      "create",
      "news.a",
      "a",
      "*",
      "$",
      "0",
      "1",
      "u8",
      "m",
    );
  };
  return [one(draw, COMMANDS), ...draw.some(6, () => [word()])];
}

/** A call that finds its keys where they mostly are. */
function likelyCall(draw: Operands): ByteString[] {
  const keys = draw.keys();
  const count = bytes(String(keys.length));
  const [first = bytes("s1")] = keys;
  switch (draw.below(13)) {
    case 0:
      return [draw.word("zunionstore", "zinterstore"), draw.key(), count, ...keys];
    case 1:
      return [draw.word("eval", "evalsha", "eval_ro", "fcall"), bytes("x"), count, ...keys];
    case 2:
      return [bytes("xread"), bytes("STREAMS"), ...keys, ...keys];
    case 3:
      return [bytes("sort"), first, ...draw.maybe(0.6, "STORE", () => draw.key())];
    case 4:
      return [bytes("set"), first, bytes("v"), ...draw.maybe(0.5, "GET")];
    case 5:
      return [draw.word("mget", "del", "exists", "pfcount", "sdiffstore", "bitop"), ...keys];
    case 6:
      return [draw.word("publish", "subscribe"), bytes(pattern(draw)), bytes("m")];
    case 9:
    case 10:
      return [draw.word("subscribe", "psubscribe"), bytes(pattern(draw))];
    case 11:
      return draw.pick([
        [bytes("script"), bytes("load"), bytes("x")],
        [bytes("object"), bytes("encoding"), first],
        [bytes("xgroup"), bytes("create"), first, bytes("g"), bytes("$")],
        [bytes("acl"), bytes("whoami")],
      ]);
    case 7:
      return [bytes("bitfield"), first, bytes("GET"), bytes("u8"), bytes("0")];
    case 8:
      return [draw.word("copy", "rename", "smove", "lmove"), first, draw.key()];
    default:
      return [draw.word("get", "strlen", "lpop", "ttl", "type", "incr", "getdel"), first];
  }
}

const someCall: Grammar = (draw) => (draw.happens(0.6) ? likelyCall(draw) : call(draw));
const nothing: Grammar = () => [];

export const aclGrammars = {
  acl: (draw) => [draw.word("HELP", "NOPE", "RESTTOKEN", "")],
  "acl|cat": (draw) => [
    draw.word("hash", "geo", "GEO", "nosuch", "all", "", "bitmap", "transaction"),
  ],
  "acl|deluser": (draw) => draw.some(2, () => [user(draw)]),
  "acl|dryrun": (draw) => [user(draw), ...someCall(draw)],
  "acl|genpass": (draw) => draw.maybe(0.7, () => draw.integer()),
  "acl|gentoken": nothing,
  "acl|getuser": (draw) => [user(draw)],
  "acl|help": nothing,
  "acl|list": nothing,
  "acl|load": nothing,
  "acl|log": (draw) => [draw.word("RESET", "0", "-1", "a", "")],
  "acl|resttoken": nothing,
  "acl|save": nothing,
  "acl|setuser": (draw) => [user(draw), ...draw.some(5, () => [rule(draw)])],
  "acl|users": nothing,
  "acl|whoami": nothing,
  auth: (draw) => draw.some(2, () => [draw.word("nobody", "default", "p", "")]),
  hello: (draw) => [
    draw.word("1", "4", "a", ""),
    ...draw.maybe(0.5, "AUTH", "nobody", "p"),
    ...draw.maybe(0.3, "SETNAME", "a b"),
  ],
  quit: nothing,
  reset: nothing,
  "command|getkeys": someCall,
  "command|getkeysandflags": someCall,
  "command|help": nothing,
} satisfies Grammars;
