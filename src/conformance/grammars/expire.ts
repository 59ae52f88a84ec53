/** How calls of the commands on a key's time to live look. */
import type { ByteString } from "../../bytes.js";
import type { Grammar, Grammars, Operands } from "../operands.js";

const key: Grammar = (draw) => [draw.key()];
const conditions = (draw: Operands): ByteString[] => [
  ...draw.maybe(0.4, () => draw.word("NX", "XX", "GT", "LT")),
  ...draw.maybe(0.1, () => draw.word("NX", "XX", "GT", "LT")),
];

export const expireGrammars = {
  expire: (draw) => [draw.key(), draw.seconds(), ...conditions(draw)],
  expireat: (draw) => [draw.key(), draw.unixSeconds(), ...conditions(draw)],
  expiretime: key,
  persist: key,
  pexpire: (draw) => [draw.key(), draw.milliseconds(), ...conditions(draw)],
  pexpireat: (draw) => [draw.key(), draw.unixMilliseconds(), ...conditions(draw)],
  pexpiretime: key,
  pttl: key,
  ttl: key,
} satisfies Grammars;
