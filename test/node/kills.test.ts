/** A process that is killed while it saves harms no data. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { killSavers } from "../../scripts/conformance/kill-savers.js";
import { writeWhole } from "../../src/node/atomic-file.js";

it("leaves the old state or the new wherever it is killed", async () => {
  const { held, violations } = await killSavers(5, 1);
  expect(violations).toEqual([]);
  expect(held.old + held.new).toBe(5);
});

it("removes what dead processes have left, and nothing else", () => {
  const directory = mkdtempSync(join(tmpdir(), "kv-emulator-"));
  const { pid: dead } = spawnSync(process.execPath, ["--eval", ""]);
  const names = {
    left: [`data.kv.${dead}.0123456789ab.tmp`, `data.kv.${process.pid}.0123456789ab.tmp`],
    kept: [
      `data.kv.${process.ppid}.0123456789ab.tmp`,
      `data.kv.${dead}.tmp`,
      `data.kv2.${dead}.0123456789ab.tmp`,
      "data.kv.bak",
    ],
  };
  for (const name of Object.values(names).flat()) writeFileSync(join(directory, name), "");
  writeWhole(join(directory, "data.kv"), ["whole"]);
  expect(readdirSync(directory).sort()).toEqual([...names.kept, "data.kv"].sort());
  rmSync(directory, { recursive: true });
});
