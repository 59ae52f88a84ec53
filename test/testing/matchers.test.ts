/** What `expect(emulator)` says, to the letter where it fails. */
import { Redis as RealRedis } from "@upstash/redis";
import { createEmulator, diff, interceptFetch, type Emulator } from "kv-emulator";
import { matchers, snapshotSerializer } from "kv-emulator/set-up";
import { Redis } from "kv-emulator/upstash";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";

expect.extend(matchers);
expect.addSnapshotSerializer(snapshotSerializer);

const connection = { url: "https://my-db.upstash.io", token: "secret" };
let emulator: Emulator;
let redis: Redis;

beforeEach(() => {
  emulator = createEmulator({ log: true });
  emulator.clock.freeze("2026-01-01T00:00:00Z");
  redis = new Redis({ enableAutoPipelining: false }, emulator);
});

function fails(check: () => unknown, ...lines: readonly string[]): void {
  let message = "nothing was thrown";
  try {
    check();
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
  }
  expect(message).toBe(lines.join("\n"));
}

function refuses(check: () => unknown, message: string): void {
  expect(check).toThrow(new TypeError(message));
}

describe("toHaveReceived", () => {
  it("is about a command and its first arguments", async () => {
    await redis.set("user:1", "Ada", { ex: 60 });
    expect(emulator).toHaveReceived();
    expect(emulator).toHaveReceived("SET");
    expect(emulator).toHaveReceived("set", "user:1");
    expect(emulator).toHaveReceived("SET", "user:1", "Ada", "ex", 60);
    expect(emulator).not.toHaveReceived("SET", "user:1", "Ada", "ex", 61);
    expect(emulator).not.toHaveReceived("SET", "user:1", "Ada", "ex", 60, "nx");
    expect(emulator).not.toHaveReceived("SET", "Ada");
    expect(emulator).not.toHaveReceived("GET");
  });

  it("takes objects for the JSON that was sent, and asymmetric matchers", async () => {
    await redis.set("user:1", { name: "Ada", langs: ["en"] });
    await redis.set("flag", true);
    expect(emulator).toHaveReceived("SET", "user:1", { name: "Ada", langs: ["en"] });
    expect(emulator).toHaveReceived("SET", "user:1", '{"name":"Ada","langs":["en"]}');
    expect(emulator).toHaveReceived("SET", "user:1", expect.objectContaining({ name: "Ada" }));
    expect(emulator).toHaveReceived("SET", expect.stringMatching(/^user:\d$/), expect.anything());
    expect(emulator).toHaveReceived("SET", "user:1", { name: expect.any(String), langs: ["en"] });
    expect(emulator).toHaveReceived("SET", "flag", true);
    expect(emulator).toHaveReceived("SET", "flag", expect.any(Boolean));
    expect(emulator).not.toHaveReceived("SET", "user:1", { name: "Ada" });
    expect(emulator).not.toHaveReceived("SET", "user:1", expect.any(Number));
  });

  it("knows subcommands with their container and alone", async () => {
    await redis.scriptLoad("return 1");
    expect(emulator).toHaveReceived("SCRIPT LOAD", "return 1");
    expect(emulator).toHaveReceived("script");
    expect(emulator).not.toHaveReceived("SCRIPT FLUSH");
  });

  it("shows the closest calls when it fails", async () => {
    await redis.set("user:1", "Grace");
    await redis.get("user:1");
    await redis.set("user:2", "Ada");
    await redis.incr("hits");
    fails(
      () => expect(emulator).toHaveReceived("SET", "user:1", "Ada"),
      'expect(emulator).toHaveReceived("SET", "user:1", "Ada")',
      "",
      "4 commands were received. The closest:",
      '  SET user:2 Ada → "OK"',
      '  SET user:1 Grace → "OK"',
      '  GET user:1 → "Grace"',
    );
    fails(
      () => expect(emulator).toHaveReceived("INCR", "hits", expect.any(String)),
      'expect(emulator).toHaveReceived("INCR", "hits", Any<String>)',
      "",
      "4 commands were received. The closest:",
      "  INCR hits → 1",
      '  SET user:2 Ada → "OK"',
      '  SET user:1 Grace → "OK"',
    );
  });

  it("says that nothing was received", () => {
    fails(
      () => expect(emulator).toHaveReceived("SET", "k", { a: 1 }),
      'expect(emulator).toHaveReceived("SET", "k", { a: 1 })',
      "",
      "No command was received.",
    );
  });

  it("shows the calls when it fails because there are some", async () => {
    await redis.get("a");
    await redis.get("b");
    fails(
      () => expect(emulator).not.toHaveReceived("GET"),
      'expect(emulator).not.toHaveReceived("GET")',
      "",
      "It was received 2 times:",
      "  GET a → null",
      "  GET b → null",
    );
  });

  it("never passes for want of a log", async () => {
    const off =
      "emulator.log: the log is off, so that it can tell nothing; switch it on with createEmulator({ log: true }) or emulator.log.start()";
    refuses(() => expect(createEmulator()).not.toHaveReceived("SET"), off);
    refuses(() => expect(createEmulator()).toCost({ commands: 1 }), off);
    const short = createEmulator({ log: { limit: 1 } });
    const client = new Redis({}, short);
    await client.get("a");
    await client.get("b");
    expect(short).toHaveReceived("GET", "b");
    refuses(
      () => expect(short).not.toHaveReceived("GET", "a"),
      "toHaveReceived: the log has dropped 1 commands, so that it can not tell what was not received; keep more of them, with createEmulator({ log: { limit } }), or call log.clear() before",
    );
    fails(
      () => expect(short).toHaveReceived("GET", "a"),
      'expect(emulator).toHaveReceived("GET", "a")',
      "",
      "1 command was received (and 1 that the log has dropped). The closest:",
      "  GET b → null",
    );
  });

  it("knows no command that is misspelt", () => {
    refuses(
      () => expect(emulator).not.toHaveReceived("EXPIER"),
      'toHaveReceived("EXPIER"): there is no such command; did you mean EXPIRE?',
    );
    refuses(
      () => expect(emulator).not.toHaveReceived(""),
      'toHaveReceived(command): "" is no command\'s name; pass one like "SET"',
    );
  });

  it("is about emulators", () => {
    refuses(
      () => expect(redis).not.toHaveReceived("SET"),
      'expect(received).toHaveReceived(…): "object" is no emulator; pass createEmulator(), or the emulator of the set-up or the test',
    );
  });
});

describe("toHaveKey", () => {
  it("is about keys and what they hold, as seed takes it", () => {
    emulator.seed({
      greeting: "hello",
      visits: 42,
      queue: ["a", { id: 1 }],
      "user:1": { name: "Ada", langs: ["en"] },
      tags: { $type: "set", value: ["a", "b"] },
      board: { $type: "zset", value: { ada: 1200, grace: 950 }, $ttl: "1h" },
      cached: { $type: "string", value: { id: 7 } },
      events: { $type: "stream", value: [{ kind: "in", $id: "1-1" }] },
      doc: { $type: "json", value: { a: [1, 2] } },
    });
    expect(emulator).toHaveKey("greeting");
    expect(emulator).not.toHaveKey("greetings");
    expect(emulator).toHaveKey("greeting", "hello");
    expect(emulator).toHaveKey("greeting", expect.stringContaining("ell"));
    expect(emulator).not.toHaveKey("greeting", undefined);
    expect(emulator).toHaveKey("visits", 42);
    expect(emulator).toHaveKey("visits", "42");
    expect(emulator).toHaveKey("visits", expect.any(Number));
    expect(emulator).toHaveKey("queue", ["a", { id: 1 }]);
    expect(emulator).not.toHaveKey("queue", [{ id: 1 }, "a"]);
    expect(emulator).toHaveKey("user:1", { langs: ["en"], name: "Ada" });
    expect(emulator).toHaveKey("user:1", expect.objectContaining({ name: "Ada" }));
    expect(emulator).not.toHaveKey("user:1", { name: "Ada" });
    expect(emulator).toHaveKey("tags", { $type: "set", value: ["b", "a"] });
    expect(emulator).not.toHaveKey("tags", ["a", "b"]);
    expect(emulator).not.toHaveKey("tags", { $type: "set", value: ["a", "b", "c"] });
    expect(emulator).toHaveKey("board", { $type: "zset", value: { grace: 950, ada: 1200 } });
    expect(emulator).toHaveKey("board", {
      $type: "zset",
      value: { grace: 950, ada: expect.any(Number) },
      $ttl: "60m",
    });
    expect(emulator).not.toHaveKey("board", { grace: 950, ada: 1200 });
    expect(emulator).toHaveKey("cached", { id: 7 });
    expect(emulator).toHaveKey("cached", { $type: "string", value: { id: 7 } });
    expect(emulator).not.toHaveKey("cached", { $type: "hash", value: { id: 7 } });
    expect(emulator).toHaveKey("events", { $type: "stream", value: [{ kind: "in" }] });
    expect(emulator).not.toHaveKey("events", {
      $type: "stream",
      value: [{ kind: "in", $id: "2-1" }],
    });
    expect(emulator).toHaveKey("doc", { a: [1, 2] });
    for (const [key, value] of Object.entries(emulator.toJSON())) {
      expect(emulator).toHaveKey(key, value);
    }
  });

  it("shows the closest keys, and what the key holds", () => {
    emulator.seed({ "user:1": { name: "Ada" }, "user:2": "text", order: ["a"] });
    fails(
      () => expect(emulator).toHaveKey("usr:1"),
      'expect(emulator).toHaveKey("usr:1")',
      "",
      "It is not among the 3 keys. The closest:",
      "  user:1",
      "  user:2",
      "  order",
    );
    fails(
      () => expect(emulator).toHaveKey("user:1", { name: "Grace" }),
      'expect(emulator).toHaveKey("user:1", { name: "Grace" })',
      "",
      'user:1 holds { name: "Ada" }',
    );
    fails(
      () => expect(emulator).not.toHaveKey("user:2"),
      'expect(emulator).not.toHaveKey("user:2")',
      "",
      'user:2 holds "text"',
    );
    fails(
      () => expect(createEmulator()).toHaveKey("k"),
      'expect(emulator).toHaveKey("k")',
      "",
      "There are no keys.",
    );
  });

  it("needs no log", () => {
    expect(createEmulator()).not.toHaveKey("k");
  });
});

describe("toHaveTtl", () => {
  it("is exact where the clock stands still", async () => {
    await redis.set("k", 1, { ex: 3600 });
    expect(emulator).toHaveTtl("k");
    expect(emulator).toHaveTtl("k", "1h");
    expect(emulator).toHaveTtl("k", 3_600_000);
    expect(emulator).not.toHaveTtl("k", "59m59s999ms");
    emulator.clock.advance("1s");
    expect(emulator).toHaveTtl("k", "59m59s");
    expect(emulator).toHaveTtl("k", "1h", { tolerance: "1s" });
    expect(emulator).not.toHaveTtl("k", "1h", { tolerance: 999 });
  });

  it("bears a second that has passed where the clock runs", async () => {
    emulator.clock.follow();
    await redis.set("k", 1, { px: 3_599_500 });
    expect(emulator).toHaveTtl("k", "1h");
    expect(emulator).not.toHaveTtl("k", "59m59s");
    expect(emulator).not.toHaveTtl("k", "1h1s");
  });

  it("says what is left", async () => {
    await redis.set("k", 1, { ex: 90 });
    await redis.set("forever", 1);
    fails(
      () => expect(emulator).toHaveTtl("k", "1h"),
      'expect(emulator).toHaveTtl("k", "1h")',
      "",
      "k expires in 1m30s",
    );
    fails(
      () => expect(emulator).toHaveTtl("forever"),
      'expect(emulator).toHaveTtl("forever")',
      "",
      "forever has no TTL: it does not expire",
    );
    fails(
      () => expect(emulator).toHaveTtl("ever", "1h"),
      'expect(emulator).toHaveTtl("ever", "1h")',
      "",
      "It is not among the 2 keys. The closest:",
      "  forever",
      "  k",
    );
    expect(emulator).not.toHaveTtl("forever");
  });

  it.each(["soon", -1, undefined, Number.NaN])("takes no TTL of %s", (ttl) => {
    emulator.seed({ k: { $type: "string", value: "v", $ttl: "1m" } });
    expect(() => expect(emulator).not.toHaveTtl("k", ttl)).toThrow(
      "is not a duration; pass milliseconds (≥ 0) or a text like",
    );
  });
});

describe("toCost", () => {
  it("is about commands, requests and bytes, at most", async () => {
    expect(emulator).toCost({ commands: 0, requests: 0, bytes: 0 });
    await redis.pipeline().set("k", 1).get("k").exec();
    expect(emulator).toCost({ commands: 2, requests: 1 });
    expect(emulator).not.toCost({ commands: 1 });
    expect(emulator).not.toCost({ commands: 2, requests: 0 });
    const bytes =
      '[["set","k",1],["get","k"]]'.length + '[{"result":"OK"},{"result":"MQ=="}]'.length;
    expect(emulator).toCost({ bytes });
    expect(emulator).not.toCost({ bytes: bytes - 1 });
    emulator.log.clear();
    expect(emulator).toCost({ commands: 0 });
  });

  it("counts the tries of the real client", async () => {
    onTestFinished(interceptFetch(emulator, connection));
    const client = new RealRedis({ ...connection, retry: { retries: 1, backoff: () => 0 } });
    const repair = emulator.intercept(() => Promise.reject(new TypeError("fetch failed")));
    await expect(client.get("k")).rejects.toThrow("fetch failed");
    repair();
    expect(emulator.log.cost).toMatchObject({ commands: 0, requests: 2 });
  });

  it("shows what it cost, and what came", async () => {
    await redis.pipeline().set("k", 1).get("k").exec();
    await redis.get("k");
    fails(
      () => expect(emulator).toCost({ commands: 3, requests: 1 }),
      "expect(emulator).toCost({ commands: 3, requests: 1 })",
      "",
      "commands: 3, within 3",
      "requests: 2, over the budget of 1",
      "",
      "Received:",
      '  #1 SET k 1 → "OK"',
      '  #1 GET k → "1"',
      '  #2 GET k → "1"',
    );
    fails(
      () => expect(emulator).not.toCost({ commands: 5 }),
      "expect(emulator).not.toCost({ commands: 5 })",
      "",
      "commands: 3, within 5",
      "",
      "Received:",
      '  #1 SET k 1 → "OK"',
      '  #1 GET k → "1"',
      '  #2 GET k → "1"',
    );
  });

  it.each([{}, { command: 1 }, { commands: -1 }, { commands: Number.NaN }])(
    "takes no budget of %j",
    (budget) => {
      const given: object = budget;
      expect(() => expect(emulator).toCost(given)).toThrow(
        "is no budget; pass numbers for what may be spent, as in { commands: 3, requests: 1, bytes: 500 }",
      );
    },
  );
});

describe("in snapshots", () => {
  it("an emulator is its dump, and a difference its text", () => {
    const before = emulator.snapshot();
    expect(emulator).toMatchInlineSnapshot(`(no keys)`);
    emulator.seed({ board: { $type: "zset", value: { ada: 1200 }, $ttl: "1h" }, k: "v" });
    expect(emulator).toMatchInlineSnapshot(`
      board (zset, 1h left)
        ada: 1200
      k (string)
        "v"
    `);
    expect(diff(before, emulator)).toMatchInlineSnapshot(`
      + board: zset ada: 1200, expires 2026-01-01T01:00:00.000Z
      + k: string "v"
    `);
  });
});
