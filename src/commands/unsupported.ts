/** Commands of Redis 8 and of Upstash that the emulator does not have: each is refused by name, so that none passes for a command that does not exist. */

/** Upstash's own (search, vectors, arrays). */
const UPSTASH = new RegExp(
  "^(?:search|vector)\\.|^ar(?:count|del|delrange|get|getrange|grep|info|insert|lastitems|len|mget|mset|next|op|ring|scan|seek|set)$",
);

const UNSUPPORTED: ReadonlySet<string> = new Set(
  (
    "vadd vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrem vsetattr vsim " +
    "migrate psync replconf restore-asking sync " +
    "pfdebug pfselftest"
  ).split(" "),
);

/** Whether Redis 8 or Upstash has the command (lower-case name) and the emulator does not. */
export function isUnsupported(name: string): boolean {
  return UNSUPPORTED.has(name) || UPSTASH.test(name);
}
