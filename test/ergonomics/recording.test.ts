/** A bug report in one file: what clients did is recorded at every door and run again, until the reply that has changed is named. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "@upstash/redis";
import { createEmulator, interceptFetch, type Emulator } from "kv-emulator";
import { kvHandlers } from "kv-emulator/msw";
import { record, replay, ReplayDifference, startServer } from "kv-emulator/node";
import { Redis as Double } from "kv-emulator/upstash";
import { setupServer } from "msw/node";
import { afterAll, afterEach, describe, expect, it } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "kv-emulator-"));
afterAll(() => rmSync(directory, { recursive: true }));
const connection = { url: "https://db.upstash.io", token: "secret" };
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const doors: Readonly<Record<string, (emulator: Emulator) => Redis | Promise<Redis>>> = {
  "the double": (emulator) => new Double({}, emulator),
  interceptFetch: (emulator) => {
    undo.push(interceptFetch(emulator, connection));
    return new Redis(connection);
  },
  MSW: (emulator) => {
    const server = setupServer(...kvHandlers(emulator, connection));
    server.listen();
    undo.push(() => server.close());
    return new Redis(connection);
  },
  "the server": async (emulator) => {
    const server = await startServer({ emulator });
    undo.push(() => server.close());
    return new Redis({ url: server.url, token: server.token });
  },
};

/** Draws a winner among those who have entered in time. */
async function raffle(redis: Redis, emulator: Emulator): Promise<string | null> {
  await redis.set("open", 1, { ex: 60 });
  for (const name of ["ada", "grace", "edsger", "barbara"]) {
    if ((await redis.exists("open")) === 1) await redis.sadd("entries", name);
    emulator.clock.advance("20s");
  }
  return redis.srandmember("entries");
}

describe.each(Object.entries(doors))("through %s", (name, open) => {
  const file = join(directory, `${name}.jsonl`);

  it("the same winner is drawn again", async () => {
    const emulator = createEmulator();
    const stop = record(emulator, file);
    const winner = await raffle(await open(emulator), emulator);
    stop();
    const { emulator: again, calls } = replay(file);
    expect(calls).toBe(9);
    expect(again.call("SMEMBERS", "entries")).toEqual(["ada", "grace", "edsger"]);
    expect(readFileSync(file, "utf8")).toContain(String(winner));
  });

  it("a reply that has changed is named", async () => {
    const emulator = createEmulator();
    const stop = record(emulator, file);
    await raffle(await open(emulator), emulator);
    stop();
    const content = readFileSync(file, "utf8");
    writeFileSync(file, content.replace('["sadd","entries","grace"]', '["sadd","entries","ada"]'));
    expect(() => replay(file)).toThrow(ReplayDifference);
    expect(() => replay(file)).toThrow(
      String.raw`is answered otherwise: "sadd" "entries" "ada"
  recorded ":1\r\n"
  replayed ":0\r\n"`,
    );
  });
});
