/** Scripts that mean no good, by kind: some that never end, some that eat the stack or the memory, some whose replies are strange. */
import { bytes, type ByteString } from "../../src/bytes.js";
import { KEPT_SCRIPTS, luaScript } from "../../src/conformance/lua-scripts.js";
import type { Operands } from "../../src/conformance/operands.js";

/** One of the texts. */
function pick(draw: Operands, texts: readonly string[]): string {
  return texts[draw.below(texts.length)] ?? "";
}

const ENDLESS = [
  "while true do end",
  "repeat until false",
  "for i=1,1/0 do end",
  "for i=1,10,0 do end",
  "local function f() return f() end return f()",
  "while true do pcall(error) end",
  "while true do pcall(function() while true do end end) end",
  "local function f() while true do pcall(f) end end f()",
  "while true do redis.call('incr',KEYS[1]) end",
  "while true do redis.pcall('nosuch') end",
  "while true do redis.pcall('rpush','l','x') redis.call('del','l') end",
  "local t={} while true do table.insert(t,1,1) t[1]=nil end",
  "return string.rep('a',30000):find(string.rep('a?',3000)..'b')",
  "return string.find(string.rep('a',100000),'.-.-.-.-b')",
  "return (string.rep('a',100000):gsub('.-.-b',''))",
  "local co=coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
  "local co=coroutine.wrap(function() while true do end end) co()",
  "table.sort({3,2,1,5,4},function() while true do end end)",
  "local s='' while true do s=cjson.encode({1,2,3}) cjson.decode(s) end",
  "setmetatable({},{__index=function() while true do end end})[1]=nil return setmetatable({},{__index=function(t,k) while true do end end}).x",
  "return string.gsub('abc','.',function() while true do end end)",
  "local t=setmetatable({},{}) getmetatable(t).__index=t return t.x",
  "local f=loadstring('while true do end') f()",
  "xpcall(function() error('x') end,function() while true do end end)",
  "while true do cmsgpack.unpack(cmsgpack.pack({1,2})) end",
  "while true do local x={} x[1]=x end",
  "error(setmetatable({},{__tostring=function() while true do end end}))",
];

const DEEP = [
  "local function f(n) return 1+f(n+1) end return f(1)",
  "local function f() return pcall(f) end return f()",
  "local function f() pcall(f) pcall(f) end f()",
  "local function f(n) local ok,e=pcall(function() return 1+f(n+1) end) return ok end return f(1)",
  "local function f() return string.gsub('a','a',f) end return f()",
  "local t={} for i=1,5000 do t={t} end return t",
  "local t={} for i=1,200000 do t={t} end return t",
  "local t={} t[1]=t return t",
  "local t={} t[1]={t,t} return t",
  "local t={} for i=1,500 do t={map={a=t}} end return t",
  "local t={} for i=1,2000 do t={set={[t]=true}} end return t",
  "local t={} for i=1,5000 do t={t} end return cjson.encode(t)",
  "local t={} t.t=t return cjson.encode(t)",
  "return cjson.decode(string.rep('[',5000))",
  "return cjson.decode(string.rep('[',500)..string.rep(']',500))",
  "return cjson.decode(string.rep('{\"a\":',100000))",
  "local t={} for i=1,100 do t={t} end return cmsgpack.pack(t)",
  "return cmsgpack.unpack(string.rep('\\145',100000))",
  "return cmsgpack.unpack('\\223\\255\\255\\255\\255')",
  "return loadstring('return '..string.rep('(',5000)..'1')",
  "return loadstring('return '..string.rep('{',5000))",
  "return loadstring('return '..string.rep('a.',200000)..'b')",
  "return loadstring('return '..string.rep('-',100000)..'1')",
  "return loadstring('return '..string.rep('\"a\"..',100000)..'1')",
  "return string.find(string.rep('(',300),string.rep('(',300))",
  "return string.find(string.rep('a',300000),string.rep('a?',200000))",
  "local co co=function(n) return coroutine.wrap(co)(n+1) end return co(1)",
  "local t=setmetatable({},{__index=function(t,k) return t[k+1] end}) return t[1]",
  "local t=setmetatable({},{__eq=function(a,b) return a==b end}) return t==setmetatable({},getmetatable(t))",
  "local t=setmetatable({},{}) getmetatable(t).__concat=function(a,b) return a..b end return t..t",
  "local t={} for i=1,300 do local u=setmetatable({},{__index=t}) t=u end return t.x",
  "return unpack({},1,1e6)",
  "return unpack({},1,1e8)",
  "return select('#',unpack({},1,7000))",
  "return string.char(unpack({string.rep('a',10000):byte(1,-1)}))",
  "return redis.call(unpack({'rpush',KEYS[1],string.rep('a',7000):byte(1,-1)}))",
  "error(string.rep('e',100000))",
  "local function f() error({err=string.rep('x ',1000)}) end f()",
  "local function f(n) error(f(n)) end f(1)",
  "xpcall(function() error() end,function() error() end)",
  "local function h() error() end return xpcall(h,function() return xpcall(h,h) end)",
];

/** What makes a string of 2^n bytes at once. */
const BIG = "local function big(n) local s='x' for i=1,n do s=s..s end return s end ";

const LARGE = [
  "return big(26)",
  "return #big(26)",
  "redis.call('set',KEYS[1],big(26)) return redis.call('strlen',KEYS[1])",
  "local s=big(26) return redis.call('echo',s..s)",
  "local s='x' while true do s=s..s end",
  "local t={} for i=1,100 do t[i]=big(24)..i end return #t",
  "local s=big(26) error(s)",
  "local s=big(26) return pcall(error,s)",
  "return redis.error_reply(big(26))",
  "return cjson.encode(big(24))",
  "return redis.sha1hex(big(22))",
  "return string.rep('x',2^31)",
  "return string.rep('x',2^40)",
  "return pcall(string.rep,'x',2^30)",
  "local t={} for i=1,1e8 do t[i]=i end",
  "local t={} for i=1,1e8 do t['k'..i]={} end",
  "return (big(24):gsub('x','%0%0%0%0'))",
  "return table.concat({big(26),big(26),big(26)})",
  "redis.call('append',KEYS[1],big(26)) return redis.call('append',KEYS[1],'y')",
  "redis.call('setrange',KEYS[1],2^26,'x') return #redis.call('get',KEYS[1])",
  "local s=big(26) return {s,s}",
  "return struct.pack('c0',big(24))",
  "return string.format('%s%s',big(25),big(25))",
  "return string.upper(big(26)):reverse():sub(2^25,-1):len()",
  "return loadstring('return \"'..big(26)..'\"')",
].map((script) => BIG + script);

/** A value that makes a strange reply or a strange error, of strange parts. */
function strange(draw: Operands, depth: number): string {
  const part = (): string => strange(draw, depth - 1);
  if (depth <= 0) {
    return pick(draw, [
      ..."nil true false 0 -0 1.5 1/0 -1/0 0/0 2^63 -2^63 'x' '' KEYS ARGV redis cjson.null print_ string.len".split(
        " ",
      ),
      "coroutine.create(function() end)",
      "function() error('called') end",
      "'a\\r\\nb'",
      "'a\\0b'",
      "'\\255'",
      "newproxy",
      "cyclic",
      "string",
    ]);
  }
  return draw.pick<() => string>([
    part,
    () => `{${part()},${part()}}`,
    () => `{err=${part()}}`,
    () => `{err=${part()},ok=${part()}}`,
    () => `{ok=${part()}}`,
    () => `{double=${part()}}`,
    () => `{big_number=${part()}}`,
    () => `{verbatim_string={format=${part()},string=${part()}}}`,
    () => `{map={[${part()}]=${part()}}}`,
    () => `{set={[${part()}]=${part()}}}`,
    () => `{map=${part()}}`,
    () => `{set=cyclic}`,
    () => `{[1]=${part()},[3]=${part()},x=${part()}}`,
    () => `setmetatable(${part()},{__index=${part()}})`,
    () => `setmetatable({${part()}},{__index=function(t,k) return ${part()} end})`,
    () => `setmetatable({},{__tostring=function() return ${part()} end,__call=${part()}})`,
    () => `setmetatable({err=${part()}},{__metatable=${part()},__len=${part()},__gc=${part()}})`,
    () => `{pcall(${part()},${part()})}`,
    () => `cjson.encode(${part()})`,
    () => `cmsgpack.pack(${part()})`,
    () => `redis.error_reply(${part()})`,
    () => `redis.status_reply(${part()})`,
    () => `redis.pcall(${part()},${part()})`,
    () => `redis.pcall('set',KEYS[1],${part()})`,
    () => `tostring(${part()})`,
    () => `(${part()} .. ${part()})`,
    () => `(${part()} < ${part()})`,
    () => `(${part()})(${part()})`,
    () => `rawset(${part()},${part()},${part()})`,
    () => `getmetatable(${part()})`,
    () => `next(${part()})`,
    () => `coroutine.resume(coroutine.create(${part()}),${part()})`,
    () => `table.concat({${part()},${part()}})`,
    () => `table.sort({${part()},${part()},${part()}})`,
    () => `string.dump(${part()})`,
    () => `xpcall(${part()},${part()})`,
    () => `loadstring(${part()})`,
    () => `rawget(${part()},${part()})`,
  ])();
}

const CYCLIC = "local cyclic={} cyclic[1]=cyclic cyclic.a=cyclic ";

const strangeReply = (draw: Operands): string =>
  `${CYCLIC}${draw.happens(0.3) ? "redis.setresp(3) " : ""}return ${strange(draw, 1 + draw.below(4))}`;

const strangeError = (draw: Operands): string =>
  `${CYCLIC}${draw.pick(["error(", "redis.call(", "assert(false,"])}${strange(draw, 1 + draw.below(3))})`;

/** A script of some sense with a few characters lost, doubled, put in or exchanged. */
function malformed(draw: Operands): string {
  const whole = draw.happens(0.2) ? draw.from(KEPT_SCRIPTS) : luaScript(draw);
  let script: string = whole;
  for (let left = 1 + draw.below(4); left > 0; left--) {
    const at = draw.below(script.length + 1);
    const removed = draw.below(3);
    const added = draw.pick<() => string>([
      () => "",
      () => script.slice(at, at + 5),
      () => String.fromCharCode(draw.below(256)),
      () => pick(draw, SCRAPS),
    ])();
    script = script.slice(0, at) + added + script.slice(at + removed);
  }
  return script;
}

const SCRAPS =
  "end [[ ]] --[[ -- \" ' ( ) { } [ ] = == ... .. \\ \\z \\999 \0 \x1bLua 0x 1e 9e999 ~ # : ; goto nil function return local %% #!lua #!".split(
    " ",
  );

/** Each kind with its share of a thousand. */
const KINDS: readonly (readonly [share: number, (draw: Operands) => string])[] = [
  [440, luaScript],
  [270, malformed],
  [180, strangeReply],
  [70, strangeError],
  [20, (draw) => pick(draw, DEEP)],
  [18, (draw) => pick(draw, ENDLESS)],
  [2, (draw) => pick(draw, LARGE)],
];

export function hostileScript(draw: Operands): ByteString {
  let left = draw.below(1000);
  for (const [share, make] of KINDS) {
    if (left < share) return bytes(make(draw));
    left -= share;
  }
  return luaScript(draw);
}

/** Every script that is written down here, by what it needs. */
export const SLOW_SCRIPTS: readonly ByteString[] = [...ENDLESS, ...DEEP].map(bytes);
export const LARGE_SCRIPTS: readonly ByteString[] = LARGE.map(bytes);
