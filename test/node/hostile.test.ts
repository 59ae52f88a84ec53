/** Both servers before what no well-meant client sends; `npm run conformance:hostile` sends more. */
import { expect, it } from "vitest";
import { checkHostile } from "../../scripts/conformance/hostile-check.js";
import { createEmulator } from "../../src/emulator.js";
import { bytes } from "../../src/bytes.js";
import { splitArguments } from "../../src/resp/decode.js";

it("law: whatever is sent, the servers go on answering", async () => {
  const { requests, violations } = await checkHostile(2_000, 1);
  expect(requests).toBeGreaterThanOrEqual(2_000);
  expect(violations).toEqual([]);
});

/** Takes minutes for whoever looks for the end of the text from each of them. */
const LENGTH = 300_000;

it.each([
  ["EXPIREAT", "k", "1"],
  ["EVAL", "return {err='ERR Unsupported option '..ARGV[1]}", "0"],
  ["EVAL", "return redis.pcall('EXPIREAT','k','1',ARGV[1])", "0"],
])("quotes a long run of line ends in an error: %s %s", (name, ...args) => {
  const emulator = createEmulator();
  expect(() => emulator.call(name, ...args, `${"\n".repeat(LENGTH)}x`)).toThrow(
    /^ERR Unsupported option {300001}x$/,
  );
});

it("reads a word behind a long run of spaces", () => {
  expect(splitArguments(bytes(`a${" ".repeat(LENGTH)}b `))).toEqual(["a", "b"]);
});
