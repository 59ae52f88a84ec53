/** How `dump` shows each type. */
import { createEmulator, manualClock } from "kv-emulator";
import { describe, expect, it } from "vitest";

describe("dump", () => {
  it("shows every type, by key, with what is left of its time", () => {
    const clock = manualClock("2026-01-01");
    const emulator = createEmulator({ clock });
    emulator.seed({
      visits: 42,
      greeting: "hällo\n",
      bytes: "$base64:AAH/",
      queue: ["first", "second"],
      "user:1": {
        $type: "hash",
        value: { name: "Ada", "last seen": "now" },
        $ttl: "1h30m",
        $fieldTtl: { name: "15m" },
      },
      tags: { $type: "set", value: ["b", "a"] },
      board: { $type: "zset", value: { ada: 1200.5, grace: "inf" }, $ttl: "100ms" },
      events: { $type: "stream", value: [{ $id: "1-1", kind: "login", by: "ada l" }] },
      doc: { $type: "json", value: { a: [1, null], b: {} } },
    });
    emulator.call("XGROUP", "CREATE", "events", "workers", "0");
    emulator.call("XREADGROUP", "GROUP", "workers", "one", "STREAMS", "events", ">");
    emulator.call("XGROUP", "CREATECONSUMER", "events", "workers", "two");
    emulator.call("SELECT", 3);
    emulator.call("SET", "other", "x");
    clock.advance(1);
    expect(emulator.dump()).toMatchInlineSnapshot(`
      "board (zset, 99ms left)
        ada: 1200.5
        grace: inf
      bytes (string)
        "\\x00\\x01\\xff"
      doc (json)
        {
          "a": [
            1,
            null
          ],
          "b": {}
        }
      events (stream)
        1-1: kind "login", by "ada l"
        group workers: last delivered 1-1
        group workers, consumer one: pending 1-1 (1x)
        group workers, consumer two: nothing pending
      greeting (string)
        "hällo\\n"
      queue (list)
        "first"
        "second"
      tags (set)
        a
        b
      user:1 (hash, 1h29m59s999ms left)
        "last seen": "now"
        name: "Ada", 14m59s999ms left
      visits (string)
        "42"
      [database 3]
      other (string)
        "x""
    `);
  });

  it("is the same however the keys came", () => {
    const one = createEmulator();
    const other = createEmulator();
    one.seed({ a: "1", b: { x: 1, y: 2 }, c: { $type: "set", value: ["p", "q"] } });
    other.seed({ c: { $type: "set", value: ["q", "p"] }, b: { y: 2, x: 1 }, a: "1" });
    expect(one.dump()).toBe(other.dump());
    expect(one.dump()).not.toBe("");
    expect(createEmulator().dump()).toBe("");
  });
});
