/**
 * The door for change, over every recorded command: what changes a key announces it (WATCH and the sync token rest on that), and
 * what only reads announces nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { manualClock } from "../../src/clock.js";
import { findCommand } from "../../src/commands/table.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { ReplyError } from "../../src/errors.js";
import { contents } from "../support/contents.js";
import { parseTranscript, type CommandLine } from "../support/transcript.js";

const directory = new URL("../../fixtures/transcripts/", import.meta.url);

it.each(readdirSync(directory))("%s announces every change and nothing else", (file) => {
  const clock = manualClock();
  const emulator = createEmulator({ clock });
  const sessions = { 1: emulator.createSession(), 2: emulator.createSession() };
  const wrong: string[] = [];
  let before = contents(emulator);
  for (const line of parseTranscript(readFileSync(new URL(file, directory), "utf8"))) {
    if (line.kind === "wait") {
      clock.advance(line.ms);
      before = contents(emulator);
    }
    if (line.kind !== "command") continue;
    const { changes } = emulator;
    emulator.execute(sessions[line.connection], line.argv);
    const after = contents(emulator);
    const announced = emulator.changes > changes;
    if (after !== before && !announced) wrong.push(`${line.text} changes and says nothing`);
    if (announced && onlyReads(line)) wrong.push(`${line.text} reads and says it changes`);
    before = after;
  }
  expect(wrong).toEqual([]);
});

/** PFCOUNT counts as a reading command, but keeps the count in the value. */
function onlyReads({ argv }: CommandLine): boolean {
  const command = findCommand(argv);
  return command instanceof ReplyError || (command.readonly && command.name !== "pfcount");
}

it("sees a change of each kind", () => {
  const emulator: Emulator = createEmulator({ clock: manualClock(0) });
  const seen = new Set([contents(emulator)]);
  emulator.call("SET", "k", "v");
  seen.add(contents(emulator));
  emulator.call("PEXPIRE", "k", 100);
  seen.add(contents(emulator));
  emulator.call("RPUSH", "list", "a");
  seen.add(contents(emulator));
  expect(seen.size).toBe(4);
});
