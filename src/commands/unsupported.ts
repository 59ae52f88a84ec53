/** Redis 8 commands that the emulator does not have yet: each is refused by name, so that none passes for a command that does not exist. */
const UNSUPPORTED: ReadonlySet<string> = new Set(
  (
    "vadd vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrem vsetattr vsim " +
    "command|getkeys command|getkeysandflags command|help command|list " +
    "acl asking auth bgrewriteaof bgsave client cluster config debug failover hello lastsave latency lolwut memory migrate " +
    "module monitor move psync quit readonly readwrite replconf replicaof reset restore-asking role save shutdown slaveof " +
    "slowlog swapdb sync wait waitaof dump restore " +
    "bitcount bitfield bitfield_ro bitop bitpos getbit setbit " +
    "blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin " +
    "eval eval_ro evalsha evalsha_ro fcall fcall_ro function script " +
    "geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore " +
    "hexpire hexpireat hexpiretime hgetdel hgetex hpersist hpexpire hpexpireat hpexpiretime hpttl hsetex httl " +
    "pfadd pfcount pfdebug pfmerge pfselftest " +
    "psubscribe publish pubsub punsubscribe spublish ssubscribe subscribe sunsubscribe unsubscribe"
  ).split(" "),
);

/** Whether Redis 8 has the command (lower-case name) and the emulator does not. */
export function isUnsupported(name: string): boolean {
  return UNSUPPORTED.has(name);
}
