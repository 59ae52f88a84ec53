/**
 * Small scripts in Lua at random: calls of commands, conversions both ways, arithmetic, strings, JSON, errors and who catches them. They
 * leave out what Redis leaves open (addresses, the order of unordered replies) and an error that is a table without a message, of which
 * Redis 8.0.2 crashes.
 */
import { bytes, utf8, type ByteString } from "../bytes.js";
import type { Operands } from "./operands.js";

/** Scripts that stay the same, for EVALSHA to find. */
export const KEPT_SCRIPTS: readonly ByteString[] = [
  "return 1",
  "return {KEYS[1],ARGV[1],#KEYS,#ARGV}",
  "return redis.call('get',KEYS[1])",
  "return redis.call('set',KEYS[1],ARGV[1])",
  "#!lua flags=no-writes\nreturn redis.call('incr',KEYS[1])",
  "#!lua\nreturn redis.pcall('incrby',KEYS[1],ARGV[1])",
  "error('kept')",
].map(bytes);

const NUMBERS =
  "0 1 2 -1 3 10 1.5 2.7 -2.5 -1.9 0.1 1e3 1e15 1e16 1e17 1e20 1e300 2^31 2^32 2^53 -2^31 2^63 -2^63 0x10 1/3 1/0 -1/0 255 256 100 7".split(
    " ",
  );

const STRINGS = [
  ..."'' 'a' 'abc' '10' '0x1f' ' 7 ' '1e2' '-3' 'key' 'a b' '3.0' 'inf' 'nan' 'é'".split(" "),
  ..."'a\\0b' '\\255' 'a,b,c' '%d' '%s' '%5.2f' '[1,2]' '{\"a\":1}' '\"x\"' '[1,' 'null' 'a\\nb'".split(
    " ",
  ),
];

const PATTERNS =
  "'a' '.' '%d+' '(%w)(%w)' '^a' 'b$' '[ab]' '%s*' '.-b' 'x' '%' '[' '(' '%1' '%f[%w]'".split(" ");

const FORMATS =
  "'%d' '%5d' '%-5d|' '%05d' '%x' '%X' '%o' '%u' '%i' '%c' '%s' '%10s' '%.2s' '%q' '%f' '%.3f' '%e' '%g' '%G' '%.14g' '%%' '%+d' '%#x' '%d %s' '%y'".split(
    " ",
  );

const STRUCTS =
  "'b' 'B' '>h' '<h' 'i' '>I4' 'l' 'd' 'f' 's' 'c2' 'c0' 'bh' '!4bi' 'x' 'i3' 'y'".split(" ");

const JSON_TEXTS =
  "'[1,2,3]' '{\"a\":1}' '[]' '{}' '[1,' '[[1],{\"b\":null}]' '1' '\"x\"' 'true' 'nul' '1.5e3' '0x10' '[1 2]' '{\"a\" 1}' '\"\\\\u00e9\"' '-' ''".split(
    " ",
  );

type Source = (draw: Operands) => string;

function from(draw: Operands, [first = "", ...others]: readonly string[]): string {
  return draw.pick([first, ...others]);
}

/** An operand of a command within a script. */
function operand(draw: Operands): string {
  return draw.pick<Source>([
    () => from(draw, NUMBERS),
    () => from(draw, STRINGS),
    () => "ARGV[1]",
    () => "ARGV[2]",
    () => from(draw, ["1", "2", "'f'", "'a'", "-1", "0"]),
  ])(draw);
}

/** A key: mostly one that is declared. */
function key(draw: Operands): string {
  return draw.pick(["KEYS[1]", "KEYS[1]", "KEYS[1]", "KEYS[2]", "'s1'"]);
}

const COMMANDS: readonly Source[] = [
  (draw) => `'get',${key(draw)}`,
  (draw) => `'set',${key(draw)},${operand(draw)}`,
  (draw) => `'SET',${key(draw)},${operand(draw)},'GET'`,
  (draw) => `'incrby',${key(draw)},${operand(draw)}`,
  (draw) => `'incrbyfloat',${key(draw)},${operand(draw)}`,
  (draw) => `'append',${key(draw)},${operand(draw)}`,
  (draw) => `'strlen',${key(draw)}`,
  (draw) => `'mget',${key(draw)},${key(draw)}`,
  (draw) => `'del',${key(draw)}`,
  (draw) => `'exists',${key(draw)}`,
  (draw) => `'type',${key(draw)}`,
  (draw) => `'echo',${operand(draw)}`,
  (draw) => `'hset',${key(draw)},'f',${operand(draw)}`,
  (draw) => `'hget',${key(draw)},'f'`,
  (draw) => `'hmget',${key(draw)},'f','g'`,
  (draw) => `'rpush',${key(draw)},${operand(draw)},${operand(draw)}`,
  (draw) => `'lrange',${key(draw)},0,${operand(draw)}`,
  (draw) => `'lpop',${key(draw)}`,
  (draw) => `'lpop',${key(draw)},${operand(draw)}`,
  (draw) => `'sadd',${key(draw)},${operand(draw)}`,
  (draw) => `'sismember',${key(draw)},${operand(draw)}`,
  (draw) => `'zadd',${key(draw)},${operand(draw)},${operand(draw)}`,
  (draw) => `'zscore',${key(draw)},${operand(draw)}`,
  (draw) => `'zrange',${key(draw)},0,-1,'WITHSCORES'`,
  (draw) => `'zincrby',${key(draw)},${operand(draw)},'a'`,
  (draw) => `'zrank',${key(draw)},'a','WITHSCORE'`,
  (draw) => `'select',${from(draw, ["0", "1", "99", "'x'"])}`,
  () => "'ping'",
  () => "'get'",
  () => "'nosuch','x'",
  () => "'multi'",
  () => "'object','nosuch','x'",
  () => "'flushdb','x'",
  () => "",
  () => "{}",
  () => "'get',nil",
];

const call: Source = (draw) =>
  `redis.${draw.pick(["call", "call", "pcall"])}(${draw.below(4) === 0 ? (COMMANDS[draw.below(COMMANDS.length)] ?? call)(draw) : (COMMANDS[draw.below(COMMANDS.length - 9)] ?? call)(draw)})`;

const BINARY = "+ - * / % ^ .. == ~= < <= > >= and or".split(" ");

/** An expression; a deeper one is made of shallower ones. */
function expression(draw: Operands, depth: number): string {
  if (depth === 0) return operand(draw);
  const part = (): string => expression(draw, depth - 1);
  return draw.pick<() => string>([
    () => operand(draw),
    () => call(draw),
    () => `(${part()} ${from(draw, BINARY)} ${part()})`,
    () => `(${draw.pick(["-", "not ", "#"])}${part()})`,
    () => `{${part()},${part()}}`,
    () => `{${part()},nil,${part()}}`,
    () => `{${draw.pick(["ok", "double", "big_number", "map", "set", "a", "n"])}=${part()}}`,
    () => `{err=${from(draw, ["'ERR x'", "'MINE y z'", "'nocode'", "'a\\r\\nb'", "5"])}}`,
    () => `{map={a=${part()}}}`,
    () => `{set={[${from(draw, STRINGS)}]=true}}`,
    () => `{verbatim_string={format='txt',string=${part()}}}`,
    () => `tostring(${operand(draw)})`,
    () => `tonumber(${part()})`,
    () => `tonumber(${operand(draw)},${draw.pick(["2", "8", "10", "16", "36", "1"])})`,
    () => `math.${draw.pick(["floor", "ceil", "abs", "sqrt"])}(${part()})`,
    () => `math.${draw.pick(["max", "min", "fmod", "pow"])}(${operand(draw)},${operand(draw)})`,
    () => `string.${draw.pick(["upper", "lower", "len", "reverse", "byte"])}(${part()})`,
    () => `string.sub(${part()},${operand(draw)},${operand(draw)})`,
    () => `string.rep(${from(draw, STRINGS)},${draw.pick(["0", "3", "-1", "2.9"])})`,
    () => `{string.find(${part()},${from(draw, PATTERNS)})}`,
    () =>
      `{string.gsub(${part()},${from(draw, PATTERNS)},${draw.pick(["'-'", "'%0%0'", "'%1'", "''"])})}`,
    () => `string.format(${from(draw, FORMATS)},${operand(draw)},${operand(draw)})`,
    () => `select('#',${part()},${part()})`,
    () => `{select(${operand(draw)},1,2,3)}`,
    () => `{unpack({${part()},${part()}})}`,
    () => `table.concat({${operand(draw)},${operand(draw)}},${from(draw, STRINGS)})`,
    () => `cjson.encode(${part()})`,
    () => `cjson.decode(${from(draw, JSON_TEXTS)})`,
    () => `cjson.decode(cjson.encode({${part()},${part()}}))`,
    () => `cmsgpack.pack(${part()})`,
    () => `cmsgpack.unpack(cmsgpack.pack({${part()}}))`,
    () => `{cmsgpack.unpack(${from(draw, STRINGS)})}`,
    () => `struct.pack(${from(draw, STRUCTS)},${operand(draw)},${operand(draw)})`,
    () => `{struct.unpack(${from(draw, STRUCTS)},${from(draw, STRINGS)})}`,
    () =>
      `bit.${draw.pick(["band", "bor", "bxor", "lshift", "rshift", "arshift", "rol", "ror"])}(${operand(draw)},${operand(draw)})`,
    () => `bit.${draw.pick(["tobit", "bnot", "bswap", "tohex"])}(${operand(draw)})`,
    () => `redis.sha1hex(${operand(draw)})`,
    () => `redis.${draw.pick(["error_reply", "status_reply"])}(${operand(draw)})`,
    () => `type(${part()})`,
    () => `{pcall(function() return ${part()} end)}`,
    () => `{select(2,pcall(error,${from(draw, STRINGS)}))}`,
    () =>
      `(function() local ok,e=pcall(redis.call,${(COMMANDS[draw.below(COMMANDS.length)] ?? call)(draw) || "'x'"}) return tostring(ok)..type(e) end)()`,
    () =>
      `(loadstring(${draw.pick(["'return 1'", "'x'", "'return foo'", "'return ...'"])}) or tostring)(1)`,
    () => "nosuch",
    () => "(nil).x",
  ])();
}

function statement(draw: Operands): string {
  return draw.pick<() => string>([
    () => `local v${draw.below(3)} = ${expression(draw, 2)}`,
    () => call(draw),
    () => `redis.setresp(${draw.pick(["3", "3", "3", "2", "4"])})`,
    () => `for i=1,${draw.pick(["3", "0", "'x'"])} do ${call(draw)} end`,
    () => `if ${expression(draw, 1)} then ${call(draw)} end`,
    () =>
      `local t={${expression(draw, 1)}} table.insert(t,${expression(draw, 1)}) ${draw.pick(["", "return t"])}`,
    () =>
      from(draw, [
        "foo=1",
        "redis.x=1",
        "KEYS[1]='s2'",
        "x x",
        "return 1 2",
        "-- c",
        "error('e')",
        "error({err='T own'})",
        "error(ARGV[1],0)",
        "assert(false)",
      ]),
    () => `math.randomseed(${operand(draw)}) local r=math.random(100)`,
  ])();
}

/** A script, sometimes with a first line that declares flags. */
export function luaScript(draw: Operands): ByteString {
  const lines: string[] = [];
  if (draw.happens(0.1)) {
    const flags = draw.pick([
      "no-writes",
      "allow-oom",
      "no-writes,allow-stale",
      "no-cluster",
      "nosuch",
      "",
    ]);
    lines.push(draw.pick(["#!lua", `#!lua flags=${flags}`, "#!lua x=1", "#!js"]));
  }
  for (let left = draw.below(3); left > 0; left--) lines.push(statement(draw));
  lines.push(`return ${expression(draw, draw.pick([0, 1, 2, 3]))}`);
  return utf8(lines.join(draw.pick(["\n", "\n", " "])));
}

/** The second function of a library; of two whose names are taken Redis may report either. */
const SECOND: Readonly<Record<string, string>> = { lib: "h", other: "k" };

/** A library with one function or two, its names from few. */
export function luaLibrary(draw: Operands): ByteString {
  const name = draw.happens(0.1) ? draw.pick(["l-x", ""]) : draw.pick(["lib", "lib", "other"]);
  const own = name === "other" ? draw.pick(["g", "G"]) : draw.pick(["f", "f", "F", "g"]);
  const engine = draw.happens(0.05) ? draw.pick(["#!js name=", "#!lua nom="]) : "#!lua name=";
  const code = draw.happens(0.1) ? draw.pick(BROKEN_LIBRARIES) : registration(draw, name, own);
  return utf8(`${draw.happens(0.1) ? "#!LUA name=" : engine}${name}\n${code}`);
}

const BROKEN_LIBRARIES = [
  "redis.register_function('f')",
  "redis.register_function('a-b', function() end)",
  "redis.register_function{function_name='f', callback=print, flags={'x'}}",
  "redis.call('get','s1')",
  "foo=1",
  "x x",
  "",
] as const;

function registration(draw: Operands, library: string, own: string): string {
  const statements = draw.happens(0.3) ? `${statement(draw)} ` : "";
  const body = `function(KEYS, ARGV) ${statements}return ${expression(draw, 2)} end`;
  const flags = draw.pick(["{}", "{'no-writes'}", "{'no-writes'}", "{'no-writes','allow-oom'}"]);
  return draw.pick([
    `redis.register_function('${own}', ${body})`,
    `redis.register_function{function_name='${own}', callback=${body}, flags=${flags}}`,
    `redis.register_function{function_name='${own}', callback=${body}, flags=${flags}, description='d'}`,
    `redis.register_function('${own}', ${body}) redis.register_function('${SECOND[library] ?? "i"}', ${body})`,
  ]);
}
