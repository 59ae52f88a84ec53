/**
 * Makes src/lua/wasm.ts from the WebAssembly of Lua 5.1 that the development dependency wasmoon-lua5.1 ships (MIT, as Lua is): adds to
 * it what Redis's own Lua has and Lua 5.1 lacks, and writes it down in base64. `npx tsx scripts/build-lua.ts`
 *
 * - Read-only tables: bit 7 of a table's `marked` byte, which the collector leaves alone, makes every write to the table and every
 *   change of its metatable an error, in Redis's words.
 * - Integers past 32 bits, which C's `long` holds where Redis runs and does not here, are clamped, not made negative.
 * - `0x` alone is no number, whatever stands before it.
 * - No precompiled code: what begins with its signature is read as text, and is none.
 * - A memory that begins small, so that an emulator for every test costs little.
 * - A clock for loops that are in C, where no hook reaches: pattern matching, string.rep and table.insert call out every few rounds.
 */
import { readFileSync, writeFileSync } from "node:fs";

const source = new URL("../node_modules/wasmoon-lua5.1/dist/liblua5.1.wasm", import.meta.url);
const target = new URL("../src/lua/wasm.ts", import.meta.url);

/** What only the package library says, which is not opened: room for a text of our own. */
const UNUSED = "dynamic libraries not enabled; check your Lua installation";
const READ_ONLY = "Attempt to modify a readonly table";
/** Where a table keeps the collector's marks, and our bit of them. */
const MARKED = 5;
const READ_ONLY_BIT = 0x80;
const TABLE_TYPE = 5;
/** So many rounds of a loop in C go by between two calls of `exit(TICK)`. */
const ROUNDS = 64;
const TICK = -1;
/** How many pages of 64 KB the memory has at first: 4 MB are C's stack, and 1 MB is for data and a first state. */
const FIRST_PAGES = 80;
/** What precompiled code begins with, its first byte, and what is never a byte. */
const SIGNATURE = 0x61754c1b;
const SIGNATURE_BYTE = 0x1b;
const NO_BYTE = 0x11b;

/** `0x`, little-endian. */
const HEXADECIMAL = 0x7830;
const LOWER_CASE = 0x2000;
const TAB = 9;
const RETURN_CODE = 13;
const SPACE = 32;
const PLUS = 43;
const MINUS = 45;

const I32 = 0x7f;
const F64 = 0x7c;

interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

interface Body {
  /** Where its instructions start, behind the locals. */
  readonly code: number;
  readonly bytes: Uint8Array;
}

class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  signed(): number {
    let value = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    return shift < 32 && (byte & 0x40) !== 0 ? value | (-1 << shift) : value;
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(Math.floor(value / 0x80))];
}

function signed(value: number): number[] {
  const rest = value >> 7;
  const last = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return last ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)];
}

function vector(entries: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from([...unsigned(entries.length), ...entries.flatMap((entry) => [...entry])]);
}

function sectionsOf(module: Uint8Array): Section[] {
  const reader = new Reader(module, 8);
  const sections: Section[] = [];
  while (!reader.done) {
    const id = reader.byte();
    sections.push({ id, body: reader.take(reader.unsigned()) });
  }
  return sections;
}

const module = new Uint8Array(readFileSync(source));
const sections = sectionsOf(module);

function section(id: number): Reader {
  const found = sections.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`the module has no section ${id}`);
  return new Reader(found.body);
}

/** Imported functions by name; their indices come first. */
function readImports(): Map<string, number> {
  const reader = section(2);
  const imports = new Map<string, number>();
  for (let left = reader.unsigned(); left > 0; left--) {
    reader.text();
    const name = reader.text();
    if (reader.byte() !== 0) throw new Error("an import that is no function");
    reader.unsigned();
    imports.set(name, imports.size);
  }
  return imports;
}

function readExports(): Map<string, number> {
  const reader = section(7);
  const exports = new Map<string, number>();
  for (let left = reader.unsigned(); left > 0; left--) {
    const name = reader.text();
    const kind = reader.byte();
    const index = reader.unsigned();
    if (kind === 0) exports.set(name, index);
  }
  return exports;
}

function readBodies(): Body[] {
  const reader = section(10);
  return Array.from({ length: reader.unsigned() }, () => {
    const bytes = reader.take(reader.unsigned());
    const locals = new Reader(bytes);
    for (let left = locals.unsigned(); left > 0; left--) {
      locals.unsigned();
      locals.byte();
    }
    return { bytes, code: locals.at };
  });
}

const imports = readImports();
const exports = readExports();
const bodies = readBodies();

/** Calls and integer constants of a function, in order. */
type Mention =
  | { readonly calls: number }
  | { readonly constant: number; readonly start: number; readonly end: number };

function mentions({ bytes, code }: Body): Mention[] {
  const reader = new Reader(bytes, code);
  const found: Mention[] = [];
  while (!reader.done) {
    const opcode = reader.byte();
    if (opcode === 0x10) found.push({ calls: reader.unsigned() });
    else if (opcode === 0x41) {
      const start = reader.at;
      found.push({ constant: reader.signed(), start, end: reader.at });
    } else skipOperands(reader, opcode);
  }
  return found;
}

/** Past the immediate operands of one instruction; throws for one that this module is not known to use. */
function skipOperands(reader: Reader, opcode: number): void {
  if (opcode >= 0x02 && opcode <= 0x04) reader.signed();
  else if (opcode === 0x0c || opcode === 0x0d) reader.unsigned();
  else if (opcode === 0x0e) for (let left = reader.unsigned(); left >= 0; left--) reader.unsigned();
  else if (opcode === 0x11) {
    reader.unsigned();
    reader.unsigned();
  } else if (opcode >= 0x20 && opcode <= 0x26) reader.unsigned();
  else if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.unsigned();
    reader.unsigned();
  } else if (opcode === 0x3f || opcode === 0x40) reader.byte();
  else if (opcode === 0x42) for (; reader.byte() >= 0x80;);
  else if (opcode === 0x43) reader.take(4);
  else if (opcode === 0x44) reader.take(8);
  else if (opcode === 0xfc) skipLongOperands(reader);
  else if (!(
    opcode <= 0x01 ||
    opcode === 0x05 ||
    opcode === 0x0b ||
    opcode === 0x0f ||
    opcode === 0x1a ||
    opcode === 0x1b ||
    (opcode >= 0x45 && opcode <= 0xc4)
  )) {
    throw new Error(`instruction 0x${opcode.toString(16)}`);
  }
}

function skipLongOperands(reader: Reader): void {
  const opcode = reader.unsigned();
  if (opcode <= 7) return;
  if (opcode !== 10 && opcode !== 11) throw new Error(`instruction 0xfc ${opcode}`);
  reader.take(opcode === 10 ? 2 : 1);
}

/** Where each data segment starts in memory, and its bytes. */
function readSegments(): { readonly address: number; readonly bytes: Uint8Array }[] {
  const reader = section(11);
  return Array.from({ length: reader.unsigned() }, () => {
    if (reader.unsigned() !== 0 || reader.byte() !== 0x41) throw new Error("a passive segment");
    const address = reader.signed();
    reader.byte();
    return { address, bytes: reader.take(reader.unsigned()) };
  });
}

const segments = readSegments();

/** The address of the first text that starts so. */
function addressOf(text: string): number {
  for (const { address, bytes } of segments) {
    const at = new TextDecoder("latin1").decode(bytes).indexOf(text);
    if (at >= 0) return address + at;
  }
  throw new Error(`the module does not hold ${JSON.stringify(text)}`);
}

function write(address: number, text: string): void {
  for (const segment of segments) {
    const at = address - segment.address;
    if (at < 0 || at + text.length > segment.bytes.length) continue;
    segment.bytes.set(new TextEncoder().encode(text), at);
    return;
  }
  throw new Error(`no room at ${address}`);
}

function exported(name: string): number {
  const index = exports.get(name);
  if (index === undefined) throw new Error(`the module does not export ${name}`);
  return index;
}

function mentionsOf(index: number): Mention[] {
  const body = bodies[index - imports.size];
  if (body === undefined) throw new Error(`function ${index} is not in the module`);
  return mentions(body);
}

/** The only function that names a text. */
function userOf(text: string, accept: (index: number) => boolean = () => true): number {
  const address = addressOf(text);
  const users = bodies
    .map((_, index) => index + imports.size)
    .filter((index) =>
      mentionsOf(index).some((mention) => "constant" in mention && mention.constant === address),
    )
    .filter(accept);
  const [only] = users;
  if (only === undefined || users.length > 1)
    throw new Error(`${users.length} functions name ${JSON.stringify(text)}`);
  return only;
}

/** The function that is called right after a text is named. */
function callBehind(index: number, text: string): number {
  const address = addressOf(text);
  const list = mentionsOf(index);
  const at = list.findIndex((mention) => "constant" in mention && mention.constant === address);
  const call = list.slice(at).find((mention) => "calls" in mention);
  if (call === undefined || !("calls" in call)) throw new Error(`nothing is called behind ${text}`);
  return call.calls;
}

const callsOf = (index: number): number[] =>
  mentionsOf(index).flatMap((mention) => ("calls" in mention ? [mention.calls] : []));

/** The only function of the module that an exported one calls. */
function onlyCall(name: string): number {
  const [only, ...others] = callsOf(exported(name));
  if (only !== undefined && others.length === 0) return only;
  throw new Error(`${name} does not call one function`);
}

/** Puts instructions in front of a function's own. */
function prepend(index: number, ...instructions: readonly (readonly number[])[]): void {
  const position = index - imports.size;
  const body = bodies[position];
  if (body === undefined) throw new Error(`function ${index} is not in the module`);
  const { bytes, code } = body;
  bodies[position] = {
    code,
    bytes: Uint8Array.from([
      ...bytes.subarray(0, code),
      ...instructions.flat(),
      ...bytes.subarray(code),
    ]),
  };
}

/** Gives a function one more integer variable; returns its index. */
function addLocal(index: number, parameters: number): number {
  const position = index - imports.size;
  const body = bodies[position];
  if (body === undefined) throw new Error(`function ${index} is not in the module`);
  const { bytes, code } = body;
  const reader = new Reader(bytes);
  const groups = reader.unsigned();
  const start = reader.at;
  let count = parameters;
  while (reader.at < code) {
    count += reader.unsigned();
    reader.byte();
  }
  const locals = [...unsigned(groups + 1), ...bytes.subarray(start, code), 1, I32];
  bodies[position] = {
    code: locals.length,
    bytes: Uint8Array.from([...locals, ...bytes.subarray(code)]),
  };
  return count;
}

function replaceBody(
  index: number,
  locals: readonly number[],
  instructions: readonly (readonly number[])[],
): void {
  bodies[index - imports.size] = {
    code: locals.length,
    bytes: Uint8Array.from([...locals, ...instructions.flat(), 0x0b]),
  };
}

/** Puts another constant in the place of the only one that a function has of the value. */
function replaceConstant(index: number, before: number, after: number): void {
  const [only, ...others] = mentionsOf(index).filter(
    (mention) => "constant" in mention && mention.constant === before,
  );
  const position = index - imports.size;
  const body = bodies[position];
  if (only === undefined || !("constant" in only) || others.length > 0 || body === undefined) {
    throw new Error(`function ${index} does not name ${before} once`);
  }
  const { bytes, code } = body;
  bodies[position] = {
    code,
    bytes: Uint8Array.from([
      ...bytes.subarray(0, only.start),
      ...signed(after),
      ...bytes.subarray(only.end),
    ]),
  };
}

/** Whether a function names a constant. */
const names = (index: number, value: number): boolean =>
  mentionsOf(index).some((mention) => "constant" in mention && mention.constant === value);

const local = (index: number): number[] => [0x20, ...unsigned(index)];
const assign = (index: number): number[] => [0x21, ...unsigned(index)];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const call = (index: number): number[] => [0x10, ...unsigned(index)];
const AND = [0x71];
const OR = [0x72];
const EQUAL = [0x46];
const LESS = [0x48];
const SUBTRACT = [0x6b];
const UNREACHABLE = [0x00];
const RETURN = [0x0f];
const then = (...instructions: readonly (readonly number[])[]): number[] => [
  0x04,
  0x40,
  ...instructions.flat(),
  0x0b,
];

/** luaH_set, which lua_rawset calls, and luaH_setnum, which lua_rawseti calls: all that writes to a table goes through them. */
const tableSet = onlyCall("lua_rawset");
const tableSetNumber = onlyCall("lua_rawseti");
const runError = callBehind(tableSet, "table index is nil");
const match = userOf("malformed pattern (ends with '%%')", (index) =>
  callsOf(index).includes(index),
);

/** luaO_str2d makes a number of a text: for the lexer, which says "malformed number", and for luaV_tonumber, which lua_tonumber calls. */
const toNumber = userOf("malformed number");
const [readNumber, ...readers] = callsOf(onlyCall("lua_tonumber")).filter((callee) =>
  callsOf(toNumber).includes(callee),
);
if (readNumber === undefined || readers.length > 0) throw new Error("luaO_str2d was not found");

/** luaU_undump knows all four bytes of the signature; f_parser looks at the first. */
const [parser, ...parsers] = bodies
  .map((_, index) => index + imports.size)
  .filter(
    (index) =>
      names(index, SIGNATURE_BYTE) &&
      callsOf(index).some((callee) => callee >= imports.size && names(callee, SIGNATURE)),
  );
if (parser === undefined || parsers.length > 0) throw new Error("f_parser was not found");

const message = addressOf(UNUSED);
write(message, `${READ_ONLY}\0`);
const marks = [0x2d, 0, ...unsigned(MARKED)];
const isReadOnly = [...marks, ...constant(READ_ONLY_BIT), ...AND];
const refuse = then(local(0), constant(message), constant(0), call(runError), UNREACHABLE);
const metatable = [local(0), local(1)] as const;

const globals = section(6);
const budget = globals.unsigned();
const exit = imports.get("exit");
if (exit === undefined) throw new Error("the module does not import exit");
const getBudget = [0x23, ...unsigned(budget)];
const setBudget = [0x24, ...unsigned(budget)];
const tick = [
  [...getBudget, ...constant(1), ...SUBTRACT, ...setBudget, ...getBudget, ...constant(0), ...LESS],
  then(constant(ROUNDS), setBudget, constant(TICK), call(exit)),
];

prepend(tableSet, local(1), isReadOnly, refuse);
prepend(tableSetNumber, local(1), isReadOnly, refuse, ...tick);
prepend(
  exported("lua_setmetatable"),
  ...metatable,
  call(exported("lua_type")),
  constant(TABLE_TYPE),
  EQUAL,
  then(...metatable, call(exported("lua_topointer")), isReadOnly, refuse),
);
prepend(match, ...tick);
const text = addLocal(readNumber, 2);
const byte = (offset = 0): number[] => [...local(text), 0x2d, 0, offset];
const next = [...local(text), ...constant(1), 0x6a, ...assign(text)];
prepend(
  readNumber,
  [...local(0), ...assign(text)],
  // while (isspace(*text)) text++;
  [0x03, 0x40, ...byte(), ...constant(SPACE), ...EQUAL],
  [...byte(), ...constant(TAB), ...SUBTRACT, ...constant(RETURN_CODE - TAB + 1), 0x49, 0x72],
  [0x04, 0x40, ...next, 0x0c, 1, 0x0b, 0x0b],
  [...byte(), ...constant(MINUS), ...EQUAL, ...byte(), ...constant(PLUS), ...EQUAL, ...OR],
  then(next),
  [...local(text), 0x2f, 0, 0, ...constant(LOWER_CASE), ...OR, ...constant(HEXADECIMAL), ...EQUAL],
  [...byte(2), ...constant(SPACE), 0x4d, ...AND],
  then(constant(0), RETURN),
);
replaceConstant(parser, SIGNATURE_BYTE, NO_BYTE);
prepend(exported("luaL_addlstring"), ...tick);

/**
 * Where Redis runs, C's `long` has 64 bits and here 32. What Lua makes an `int` of loses its upper bits there; where it counts the bytes of
 * a string as `long`, a number past 32 bits is as good as the last one within.
 */
const number = [0x20, 2];
replaceBody(
  exported("lua_tointeger"),
  [1, 1, F64],
  [
    [...local(0), ...local(1), ...call(exported("lua_tonumber")), 0x22, 2],
    [0x99, 0x44, ...new Uint8Array(new Float64Array([2 ** 63]).buffer), 0x63],
    [0x04, I32, ...number, 0xfc, 0x02, 0x05, ...constant(-(2 ** 31)), 0x0b],
  ],
);

const memories = section(5);
if (memories.unsigned() !== 1 || memories.unsigned() !== 1) throw new Error("one memory, limited");
const pages = memories.unsigned();
if (pages < FIRST_PAGES) throw new Error(`the memory begins with ${pages} pages`);

const changed = new Map<number, Uint8Array>([
  [5, Uint8Array.from([1, 1, ...unsigned(FIRST_PAGES), ...unsigned(memories.unsigned())])],
  [
    6,
    Uint8Array.from([
      ...unsigned(budget + 1),
      ...globals.take(globals.bytes.length - globals.at),
      I32,
      1,
      ...constant(ROUNDS),
      0x0b,
    ]),
  ],
  [10, vector(bodies.map(({ bytes }) => unsigned(bytes.length).concat(Array.from(bytes))))],
]);
const patched = Uint8Array.from([
  ...module.subarray(0, 8),
  ...sections.flatMap(({ id, body }) => {
    const content = changed.get(id) ?? body;
    return [id].concat(unsigned(content.length), Array.from(content));
  }),
]);
if (!WebAssembly.validate(patched)) throw new Error("the module is not valid any more");

writeFileSync(
  target,
  `/** Lua 5.1 in WebAssembly, generated by scripts/build-lua.ts. Lua: Copyright (C) 1994-2012 Lua.org, PUC-Rio; the build: Copyright (c) 2023 Gabriel Francisco; both under the MIT licence. */
export function lua51(): string {
  return "${Buffer.from(patched).toString("base64")}";
}
`,
);
console.log(
  `${patched.length} bytes (${module.length} in the package), luaH_set ${tableSet}, luaH_setnum ${tableSetNumber}, match ${match}`,
);
