/** What every client says to the RESP server and to a real Redis: commands of every family, as typed into redis-cli. */
import { bytes } from "../../../src/bytes.js";
import { splitArguments } from "../../../src/resp/decode.js";

const SCRIPT = `
FLUSHALL
SET greeting hello EX 1000
SET greeting again NX GET KEEPTTL
APPEND greeting " world"
GETRANGE greeting 0 4
INCRBYFLOAT price 10.5
INCR greeting
MSET a 1 b 2 c 3
MGET a b nokey
LCS a b IDX
SETBIT bits 7 1
BITCOUNT bits
BITFIELD bits INCRBY u2 100 1 GET u8 0
BITPOS bits 1
PFADD visitors ada grace ada
PFCOUNT visitors
HSET user name ada visits 1
HINCRBY user visits 5
HGETALL user
HMGET user name missing
HRANDFIELD user 0
HPEXPIREAT user 4102444800000 FIELDS 1 name
HPEXPIRETIME user FIELDS 2 name visits
RPUSH queue a b c d
LPOS queue c
LRANGE queue 0 -1
LMOVE queue done LEFT RIGHT
LMPOP 2 nokey queue RIGHT COUNT 2
LPUSH greeting x
SADD tags x y z
SISMEMBER tags y
SMISMEMBER tags x nope
SINTERCARD 1 tags LIMIT 2
ZADD board 1.5 ada 2 grace 3e10 linus
ZADD board XX CH INCR 1 ada
ZRANGE board 0 -1 WITHSCORES
ZRANGEBYSCORE board (1 +inf LIMIT 0 1
ZSCORE board linus
ZMSCORE board ada nobody
ZRANK board grace WITHSCORE
ZPOPMIN board
ZRANDMEMBER nokey
GEOADD places 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
GEODIST places Palermo Catania km
GEOSEARCH places FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD WITHDIST
XADD log 1-1 level info text "a b"
XADD log 1-* level warn
XGROUP CREATE log workers 0
XREADGROUP GROUP workers w1 COUNT 1 STREAMS log >
XPENDING log workers
XRANGE log - +
XINFO STREAM log
XREAD STREAMS log 0
SORT queue ALPHA DESC
RENAME a renamed
COPY renamed copied
TYPE log
OBJECT ENCODING tags
EXPIREAT copied 4102444800 GT
EXPIRETIME copied
TTL nokey
SCAN 0 COUNT 100 MATCH boa*
DEL a b renamed
EXISTS b c c
EVAL "return {1, 'two', {3, false}, redis.status_reply('FINE')}" 0
EVAL "redis.setresp(3); return redis.call('HGETALL', KEYS[1])" 1 user
EVAL "return redis.call('NOSUCH')" 0
EVALSHA 0000000000000000000000000000000000000000 0
FUNCTION LOAD REPLACE "#!lua name=lib\\nredis.register_function('double', function(keys, args) return args[1] * 2 end)"
FCALL double 0 21
FUNCTION DELETE lib
PUBLISH nobody hello
PUBSUB NUMSUB nobody
DUMP c
RESTORE d 0 "\\x00\\xc0\\x03\\x0c\\x00\\xc3\\xdd\\xe8\\xfe\\x9a\\xb9\\x8e\\x2c"
ECHO "tab\\tnewline\\n\\xff"
OBJECT HELP
CONFIG GET maxmemory-policy
COMMAND GETKEYS MSET a 1 b 2
ACL WHOAMI
SELECT 1
DBSIZE
SELECT 0
NOSUCH command
GET
SET k v BOGUS
MULTI
INCR counter
LPUSH counter x
EXEC
MULTI
NOSUCH
EXEC
WATCH counter
DISCARD
UNWATCH
BLPOP nokey queue 1
BZPOPMIN nokey board 1
BLMPOP 1 1 done LEFT
BLMOVE nokey2 nokey3 LEFT LEFT 0.01
WAIT 0 10
`;

/** Each command's words. */
export const script: readonly (readonly string[])[] = SCRIPT.trim()
  .split("\n")
  .map((line) => splitArguments(bytes(line)) ?? []);

/** As redis-cli reads it. */
export const lines = SCRIPT;
