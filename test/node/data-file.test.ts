/** What is saved comes back byte for byte, and nothing harms a file that is there. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator, manualClock, type Emulator } from "kv-emulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeWhole } from "../../src/node/atomic-file.js";
import { loadData, saveData } from "../../src/node/data-file.js";
import { contents } from "../support/contents.js";

let directory = "";
let file = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "kv-emulator-"));
  file = join(directory, "data.kv");
});

afterEach(() => rmSync(directory, { recursive: true }));

const START = "2026-01-01T00:00:00Z";

function create(time = START): Emulator {
  return createEmulator({ clock: manualClock(time) });
}

/** The emulator that has loaded what another saves. */
function reloaded(emulator: Emulator, time = START): Emulator {
  saveData(emulator, file);
  const other = create(time);
  expect(loadData(other, file)).toBe(true);
  return other;
}

const BYTES = new Uint8Array(Array.from({ length: 256 }, (_, index) => index));

/** A value of every type, in encodings of every kind. */
function fill(emulator: Emulator): void {
  const call = emulator.call.bind(emulator);
  call("SET", BYTES, BYTES);
  call("SET", "", "");
  call("SET", "number", 42);
  call("SETRANGE", "bits", 5000, "x");
  call("PFADD", "visitors", ...Array.from({ length: 3000 }, (_, index) => `v${index}`));
  call("RPUSH", "list", "a", 1, BYTES);
  call("RPUSH", "long list", ...Array.from({ length: 3000 }, (_, index) => `element ${index}`));
  call("SADD", "integers", 3, 1, 2);
  call("SADD", "set", "a", BYTES);
  call("ZADD", "board", 1.5, "ada", "inf", "grace", -0, "zero");
  call("HSET", "hash", "f", "v", BYTES, BYTES);
  call("HSET", "fields", "soon", 1, "late", 2, "never", 3);
  call("HPEXPIRE", "fields", 1000, "FIELDS", 1, "soon");
  call("HPEXPIRE", "fields", 90_000, "FIELDS", 1, "late");
  call("XADD", "stream", "1-1", "f", "v");
  call("XADD", "stream", "2-1", "f", BYTES);
  call("XGROUP", "CREATE", "stream", "group", 0);
  call("XREADGROUP", "GROUP", "group", "consumer", "COUNT", 1, "STREAMS", "stream", ">");
  call("GEOADD", "cities", 13.361389, 38.115556, "Palermo");
  call("JSON.SET", "doc", "$", '{"é":[1,2.0,-0.0,1e300,null,true,"\\u0000"]}');
  call("SET", "mortal", 1, "PX", 5000);
  call("JSON.SET", "mortal doc", "$", "1");
  call("PEXPIRE", "mortal doc", 5000);
  call("SET", "far", 1);
  call("PEXPIREAT", "far", "9223372036854775000");
  call("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 7 end)");
  call("SELECT", 15);
  call("SET", "elsewhere", "there");
  call("SELECT", 0);
}

/** Loads a file with that content, which stays as it is. */
function loading(content: string | Buffer): () => void {
  writeFileSync(file, content);
  return () => {
    try {
      loadData(create(), file);
    } finally {
      expect(readFileSync(file).equals(Buffer.from(content))).toBe(true);
    }
  };
}

function* failing(): Iterable<string> {
  yield "x".repeat(1_000_000);
  throw new Error("the disk is full");
}

describe("saveData and loadData", () => {
  it("keep every type, byte for byte", () => {
    const emulator = create();
    fill(emulator);
    const other = reloaded(emulator);
    expect(contents(other)).toBe(contents(emulator));
    const keys = [BYTES, "", "number", "bits", "visitors", "list", "long list", "integers", "set"];
    for (const key of [...keys, "board", "hash", "fields", "stream", "cities", "mortal", "far"]) {
      expect(other.call("DUMP", key)).toEqual(emulator.call("DUMP", key));
    }
    expect(other.call("JSON.GET", "doc")).toBe('{"é":[1,2.0,-0.0,1e300,null,true,"\\u0000"]}');
    expect(other.call("PTTL", "mortal doc")).toBe(5000);
    expect(other.call("HPTTL", "fields", "FIELDS", 3, "soon", "late", "never")).toEqual([
      1000, 90_000, -1,
    ]);
    expect(other.call("XPENDING", "stream", "group")).toEqual(
      emulator.call("XPENDING", "stream", "group"),
    );
    expect(other.call("FCALL", "f", 0)).toBe(7);
    other.call("SELECT", 15);
    expect(other.call("GET", "elsewhere")).toBe("there");
  });

  it("write the same file again, with the keys in the same order", () => {
    const emulator = create();
    fill(emulator);
    const other = reloaded(emulator);
    const saved = readFileSync(file);
    saveData(other, file);
    expect(readFileSync(file).equals(saved)).toBe(true);
  });

  it("leave out what has died since", () => {
    const emulator = create();
    fill(emulator);
    const other = reloaded(emulator, "2026-01-01T00:00:10Z");
    expect(other.call("EXISTS", "mortal", "mortal doc")).toBe(0);
    expect(other.call("HKEYS", "fields")).toEqual(["late", "never"]);
  });

  it("work where the default user may do nothing", () => {
    const emulator = create();
    emulator.call("SET", "k", "v");
    emulator.call("ACL", "SETUSER", "default", "off", "nocommands");
    expect(reloaded(emulator).call("GET", "k")).toBe("v");
  });

  it("begin with nothing where there is no file", () => {
    expect(loadData(create(), file)).toBe(false);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("keep a file's permissions and follow links", () => {
    saveData(create(), file);
    const link = join(directory, "link");
    symlinkSync(file, link);
    const emulator = create();
    emulator.call("SET", "k", "v");
    saveData(emulator, link);
    expect(reloaded(emulator).call("GET", "k")).toBe("v");
    expect(readdirSync(directory).sort()).toEqual(["data.kv", "link"]);
  });
});

describe("loadData", () => {
  it("refuses what is no data file", () => {
    for (const content of ["", "{}", '{"greeting":"hello"}\n', "REDIS0011\xfa", "null\n\n"]) {
      expect(loading(content)).toThrow(`${file} is no data file of kv-emulator; choose another`);
    }
  });

  it("refuses a newer format", () => {
    expect(loading('{"format":"kv-emulator data","version":2}\n')).toThrow(
      "has version 2 of the format, this kv-emulator knows 1; update it",
    );
  });

  it("refuses a file of which anything is missing or changed", () => {
    const emulator = create();
    emulator.call("SET", "k", "v");
    saveData(emulator, file);
    const whole = readFileSync(file);
    for (let length = 42; length < whole.length - 1; length++) {
      expect(loading(whole.subarray(0, length))).toThrow("is damaged");
    }
    for (let index = 42; index < whole.length - 1; index++) {
      const changed = Buffer.from(whole);
      changed[index] = whole[index] === 0x41 ? 0x42 : 0x41;
      expect(loading(changed)).toThrow("is damaged");
    }
  });

  it("refuses a place where nothing can be saved", () => {
    expect(() => loadData(create(), join(directory, "none", "data.kv"))).toThrow(
      "no such file or directory; make its directory first",
    );
  });
});

describe("writeWhole", () => {
  it("leaves the file as it was, and nothing beside it, where it fails", () => {
    writeFileSync(file, "before");
    expect(() => writeWhole(file, failing())).toThrow("the disk is full");
    expect(readFileSync(file, "utf8")).toBe("before");
    expect(readdirSync(directory)).toEqual(["data.kv"]);
  });
});
