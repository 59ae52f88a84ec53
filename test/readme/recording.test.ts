import { tmpdir } from "node:os";
import { createKv } from "kv-emulator/kv";
import { record, replay } from "kv-emulator/node";
import { expect, test } from "vitest";

test("a run that failed can be run again", async () => {
  const { kv, emulator } = createKv();
  const stop = record(emulator, `${tmpdir()}/bug.jsonl`);
  await kv.sadd("tags", "red", "green", "blue");
  const drawn = String(await kv.spop("tags"));
  stop();
  expect(replay(`${tmpdir()}/bug.jsonl`).emulator.call("SISMEMBER", "tags", drawn)).toBe(0);
});
