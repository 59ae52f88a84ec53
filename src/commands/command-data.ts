/**
 * What Redis 8.0.2 tells of its commands beside arity, flags and positions, as text that is read when it is asked for: where the keys
 * stand and what is done to them, and the tips for clients. The newer commands are described after their pages. A row that begins with
 * blanks goes on with the one above.
 */

/**
 * `commands = flags begin find "notes"; …`: a search begins at the word `@index` or behind the first `keyword:WORD,from`, and finds
 * `last,step,limit` or, behind a number of keys, `nat,first,step`.
 */
export const KEY_SPECS = `
append hsetnx linsert lpush lpushx pfadd rpush rpushx sadd = RW insert @1 0,1,0
bitcount bitfield_ro bitpos dump expiretime geodist geohash geopos georadius_ro georadiusbymember_ro geosearch get
  getbit getrange hexpiretime hget hgetall hkeys hmget hpexpiretime hpttl hrandfield hscan httl hvals lindex lpos
  lrange pexpiretime pttl smembers smismember srandmember sscan substr ttl xpending xrange xrevrange zcount zlexcount
  zmscore zrandmember zrange zrangebylex zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan
  zscore = RO access @1 0,1,0
bitfield = RW access update variable_flags @1 0,1,0 "This command allows both access and modification of the key"
bitop = OW update @2 0,1,0; RO access @3 -1,1,0
blmove brpoplpush lmove rpoplpush smove = RW access delete @1 0,1,0; RW insert @2 0,1,0
blmpop bzmpop = RW access delete @2 n0,1,1
blpop brpop bzpopmax bzpopmin = RW access delete @1 -2,1,0
copy = RO access @1 0,1,0; OW update @2 0,1,0
decr decrby getset hincrby hincrbyfloat incr incrby incrbyfloat move setbit VADD VCARD VDIM VEMB VGETATTR VINFO
  VISMEMBER VLINKS VRANDMEMBER VREM VSETATTR VSIM zincrby = RW access update @1 0,1,0
del unlink = RM delete @1 -1,1,0
eval fcall = RW access update @2 n0,1,1 "We cannot tell how the keys will be used so we assume the worst, RW and
  UPDATE"
eval_ro fcall_ro = RO access @2 n0,1,1 "We cannot tell how the keys will be used so we assume the worst, RO and
  ACCESS"
evalsha = RW access update @2 n0,1,1
evalsha_ro = RO access @2 n0,1,1
exists touch watch = RO @1 -1,1,0
expire expireat geoadd hexpire hexpireat hmset hpersist hpexpire hpexpireat hset hsetex lset persist pexpire pexpireat
  setrange xack xclaim xsetid zadd xackdel xdelex = RW update @1 0,1,0
georadius = RO access @1 0,1,0; OW update keyword:STORE,6 0,1,0; OW update keyword:STOREDIST,6 0,1,0
georadiusbymember = RO access @1 0,1,0; OW update keyword:STORE,5 0,1,0; OW update keyword:STOREDIST,5 0,1,0
geosearchstore zrangestore = OW update @1 0,1,0; RO access @2 0,1,0
getdel hgetdel lpop rpop spop zpopmax zpopmin = RW access delete @1 0,1,0
getex hgetex = RW access update @1 0,1,0 "RW and UPDATE because it changes the TTL"
hdel lrem ltrim srem xautoclaim xdel xtrim zrem zremrangebylex zremrangebyrank zremrangebyscore delex = RW delete @1
  0,1,0
hexists hlen hstrlen llen scard sismember strlen type xlen zcard digest = RO @1 0,1,0
lcs = RO access @1 1,1,0
lmpop zmpop = RW access delete @1 n0,1,1
memory|usage object|encoding object|freq object|idletime object|refcount = RO @2 0,1,0
mget sdiff sinter sunion = RO access @1 -1,1,0
migrate = RW access delete @3 0,1,0; RW access delete incomplete keyword:KEYS,-2 -1,1,0
mset = OW update @1 -1,2,0
msetnx = OW insert @1 -1,2,0
pfcount = RW access @1 -1,1,0 "RW because it may change the internal representation of the key, and propagate to
  replicas"
pfdebug = RW access @2 0,1,0
pfmerge = RW access insert @1 0,1,0; RO access @2 -1,1,0
psetex restore restore-asking setex = OW update @1 0,1,0
rename = RW access delete @1 0,1,0; OW update @2 0,1,0
renamenx = RW access delete @1 0,1,0; OW insert @2 0,1,0
sdiffstore sinterstore sunionstore = OW update @1 0,1,0; RO access @2 -1,1,0
set = RW access update variable_flags @1 0,1,0 "RW and ACCESS due to the optional \`GET\` argument"
setnx = OW insert @1 0,1,0
sintercard zdiff zinter zintercard zunion sdiffcard sunioncard = RO access @1 n0,1,1
sort = RO access @1 0,1,0; RO access unknown unknown "For the optional BY/GET keyword. It is marked 'unknown' because
  the key names derive from the content of the key we sort"; OW update unknown unknown "For the optional STORE
  keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array"
sort_ro = RO access @1 0,1,0; RO access unknown unknown "For the optional BY/GET keyword. It is marked 'unknown'
  because the key names derive from the content of the key we sort"
spublish = not_key @1 0,1,0
ssubscribe sunsubscribe = not_key @1 -1,1,0
xadd = RW update @1 0,1,0 "UPDATE instead of INSERT because of the optional trimming feature"
xgroup|create xgroup|createconsumer = RW insert @2 0,1,0
xgroup|delconsumer xgroup|destroy = RW delete @2 0,1,0
xgroup|setid = RW update @2 0,1,0
xinfo|consumers xinfo|groups xinfo|stream = RO access @2 0,1,0
xread = RO access keyword:STREAMS,1 -1,1,2
xreadgroup = RO access keyword:STREAMS,4 -1,1,2
zdiffstore zinterstore zunionstore = OW update @1 0,1,0; RO access @2 n0,1,1
msetex = OW update @1 n0,1,2
`;

/** `commands = tips`. */
export const TIPS = `
acl|deluser acl|save acl|setuser client|setinfo client|setname config|resetstat config|rewrite config|set script|flush
  script|load slowlog|reset = request_policy:all_nodes response_policy:all_succeeded
client|info client|list cluster|bumpepoch cluster|count-failure-reports cluster|getkeysinslot cluster|info
  cluster|links cluster|myshardid cluster|nodes cluster|replicas cluster|shards cluster|slaves cluster|slots dump
  hpttl hrandfield hscan httl lastsave migrate object|encoding object|freq object|idletime object|refcount pttl spop
  srandmember sscan time ttl xadd xautoclaim xclaim xinfo|consumers xpending xtrim zrandmember zscan =
  nondeterministic_output
command command|docs command|info command|list function|list hgetall hkeys hvals module|list sdiff sinter smembers
  sunion = nondeterministic_output_order
dbsize = request_policy:all_shards response_policy:agg_sum
del exists touch unlink = request_policy:multi_shard response_policy:agg_sum
flushall flushdb function|delete function|flush function|load function|restore memory|purge ping =
  request_policy:all_shards response_policy:all_succeeded
function|kill script|kill = request_policy:all_shards response_policy:one_succeeded
function|stats info memory|doctor memory|malloc-stats memory|stats = nondeterministic_output request_policy:all_shards
  response_policy:special
keys = request_policy:all_shards nondeterministic_output_order
latency|doctor latency|graph latency|histogram latency|history latency|latest = nondeterministic_output
  request_policy:all_nodes response_policy:special
latency|reset = request_policy:all_nodes response_policy:agg_sum
mget = request_policy:multi_shard
mset = request_policy:multi_shard response_policy:all_succeeded
randomkey = request_policy:all_shards response_policy:special nondeterministic_output
scan = nondeterministic_output request_policy:special response_policy:special
script|exists = request_policy:all_shards response_policy:agg_logical_and
slowlog|get = request_policy:all_nodes nondeterministic_output
slowlog|len = request_policy:all_nodes response_policy:agg_sum nondeterministic_output
wait waitaof = request_policy:all_shards response_policy:agg_min
`;
