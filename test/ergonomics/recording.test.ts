/** A bug report in one file: what clients did is recorded at every door and run again, until the reply that has changed is named. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Redis } from "@upstash/redis";
import { createEmulator, type Emulator } from "kv-emulator";
import { record, replay, ReplayDifference } from "kv-emulator/node";
import { afterAll, describe, expect, it } from "vitest";
import { clientAt, doors } from "../support/doors.js";

const directory = mkdtempSync(join(tmpdir(), "kv-emulator-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Draws a winner among those who have entered in time. */
async function raffle(redis: Redis, emulator: Emulator): Promise<string | null> {
  await redis.set("open", 1, { ex: 60 });
  for (const name of ["ada", "grace", "edsger", "barbara"]) {
    if ((await redis.exists("open")) === 1) await redis.sadd("entries", name);
    emulator.clock.advance("20s");
  }
  return redis.srandmember("entries");
}

describe.each(Object.entries(doors))("through %s", (name, door) => {
  const file = join(directory, `${name}.jsonl`);

  it("the same winner is drawn again", async () => {
    const emulator = createEmulator();
    const stop = record(emulator, file);
    const winner = await raffle(await clientAt(door, emulator), emulator);
    stop();
    const { emulator: again, calls } = replay(file);
    expect(calls).toBe(9);
    expect(again.call("SMEMBERS", "entries")).toEqual(["ada", "grace", "edsger"]);
    expect(readFileSync(file, "utf8")).toContain(String(winner));
  });

  it("a reply that has changed is named", async () => {
    const emulator = createEmulator();
    const stop = record(emulator, file);
    await raffle(await clientAt(door, emulator), emulator);
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
