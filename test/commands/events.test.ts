/** When a key's time is up its subscribers hear of it at that very millisecond, whoever moves the clock (Redis, keyspace notifications). */
import { describe, expect, it } from "vitest";
import { bytes } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import { createEmulator } from "../../src/emulator.js";
import { plain } from "../../src/plain.js";
import { encodeResp } from "../../src/resp/encode.js";

function listening(pattern: string) {
  const clock = manualClock(1_000_000);
  const emulator = createEmulator({ clock, seed: 1 });
  emulator.call("CONFIG", "SET", "notify-keyspace-events", "KEA");
  const heard: unknown[] = [];
  const session = emulator.createSession("redis", (message) => {
    heard.push([clock.now() - 1_000_000, plain(message)]);
  });
  emulator.execute(session, ["PSUBSCRIBE", pattern].map(bytes));
  return { clock, emulator, heard };
}

describe("expired", () => {
  it("comes at the millisecond, in order, while the clock is moved", () => {
    const { clock, emulator, heard } = listening("__keyevent@*__:expired");
    emulator.call("SET", "later", "v", "PX", 2000);
    emulator.call("SET", "sooner", "v", "PX", 15);
    emulator.call("SET", "kept", "v", "PX", 100);
    emulator.call("PERSIST", "kept");
    clock.advance("1h");
    expect(heard).toEqual([
      [15, ["pmessage", "__keyevent@*__:expired", "__keyevent@0__:expired", "sooner"]],
      [2000, ["pmessage", "__keyevent@*__:expired", "__keyevent@0__:expired", "later"]],
    ]);
  });

  it("is hexpired for a field, and del for a hash that dies with its last", () => {
    const { clock, emulator, heard } = listening("__keyspace@0__:h");
    emulator.call("HSET", "h", "a", "1", "b", "2");
    emulator.call("HPEXPIRE", "h", 10, "FIELDS", 1, "a");
    emulator.call("HPEXPIRE", "h", 20, "FIELDS", 1, "b");
    heard.length = 0;
    clock.advance(1000);
    const events = heard.map((message) =>
      JSON.stringify(message).replace(/^.(\d+).*"(\w+)"..$/, "$1 $2"),
    );
    expect(events).toEqual(["10 hexpired", "20 hexpired", "20 del"]);
  });

  it("comes with the next command where the clock goes by itself", () => {
    let time = 1_000_000;
    const emulator = createEmulator({ clock: { now: () => time }, seed: 1 });
    emulator.call("CONFIG", "SET", "notify-keyspace-events", "Ex");
    const heard: unknown[] = [];
    const session = emulator.createSession("redis", (message) => heard.push(plain(message)));
    emulator.execute(session, ["SUBSCRIBE", "__keyevent@0__:expired"].map(bytes));
    emulator.call("SET", "k", "v", "PX", 5);
    time += 5;
    expect(heard).toEqual([]);
    emulator.call("PING");
    expect(heard).toEqual([["message", "__keyevent@0__:expired", "k"]]);
  });
});

describe("a wait", () => {
  it("ends at its millisecond while the clock is moved", () => {
    const clock = manualClock(1_000_000);
    const emulator = createEmulator({ clock, seed: 1 });
    const heard: unknown[] = [];
    const session = emulator.createSession("redis", (reply) => {
      heard.push([clock.now() - 1_000_000, plain(reply)]);
    });
    emulator.execute(session, ["BLPOP", "k", "0.25"].map(bytes));
    emulator.execute(session, ["LLEN", "k"].map(bytes));
    expect(heard).toEqual([]);
    clock.advance(1000);
    expect(heard).toEqual([
      [250, null],
      [250, 0],
    ]);
  });

  it.each([
    ["BLPOP k 0.1", "*-1\r\n"],
    ["BLMOVE k l LEFT LEFT 0.1", "*-1\r\n"],
    ["BRPOPLPUSH k l 0.1", "*-1\r\n"],
    ["BZMPOP 0.1 1 k MIN", "*-1\r\n"],
    ["XREAD BLOCK 100 STREAMS k $", "*-1\r\n"],
    ["WAIT 1 100", ":0\r\n"],
  ])("with %s ends as Redis 8.0.2 ends it", (line, expected) => {
    const clock = manualClock();
    const emulator = createEmulator({ clock, seed: 1 });
    let heard = "";
    const session = emulator.createSession("redis", (reply) => (heard += encodeResp(reply, 2)));
    emulator.execute(session, line.split(" ").map(bytes));
    clock.advance(100);
    expect(heard).toBe(expected);
  });

  it("is refused loudly in a session that takes no late replies", () => {
    expect(() => createEmulator().call("BLPOP", "k", 1)).toThrow("'BLPOP' would wait");
  });
});
