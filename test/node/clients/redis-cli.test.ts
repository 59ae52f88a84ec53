/** redis-cli 8 prints the same from the RESP server as from a real Redis, in RESP2 and in RESP3. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPair, type Pair } from "./pair.js";
import { lines } from "./script.js";

const cli = fileURLToPath(new URL("../../../.redis/redis-cli", import.meta.url));

let pair: Pair;
beforeAll(async () => (pair = await startPair()));
afterAll(() => pair.close());

/** All that it prints for what is typed into it. */
function run(port: number, options: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(cli, ["-p", String(port), ...options]);
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("latin1").on("data", (chunk: string) => (printed += chunk));
    }
    child.once("error", reject);
    child.once("close", () => resolve(printed));
    child.stdin.end(input);
  });
}

describe("redis-cli", () => {
  it.each(["-2", "-3"])("with %s, a script over every family", async (version) => {
    const expected = await run(pair.redis, [version, "--no-raw"], lines);
    expect(await run(pair.emulator, [version, "--no-raw"], lines)).toBe(expected);
    expect(expected.split("\n").length).toBeGreaterThan(lines.split("\n").length);
  });

  it("--pipe loads what it is given", async () => {
    const input = Array.from({ length: 1000 }, (_, n) => `SET key${n} ${n}\r\n`).join("");
    const expected = await run(pair.redis, ["--pipe"], input);
    expect(await run(pair.emulator, ["--pipe"], input)).toBe(expected);
    expect(await run(pair.emulator, ["GET", "key999"], "")).toContain("999");
  });

  it("--scan, --bigkeys and --stat's INFO find what they look for", async () => {
    const scanned = (await run(pair.emulator, ["--scan", "--pattern", "key99?"], "")).split("\n");
    expect(scanned.toSorted()).toEqual(
      (await run(pair.redis, ["--scan", "--pattern", "key99?"], "")).split("\n").toSorted(),
    );
    expect(await run(pair.emulator, ["--bigkeys"], "")).toContain("Sampled");
  });
});
