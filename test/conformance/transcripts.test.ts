/** Replays what a real Redis 8 answered (fixtures/transcripts), and what is documented of commands that it has not (fixtures/documented), through every door. */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { lowerAscii } from "../../src/bytes.js";
import { commandTable } from "../../src/commands/table.js";
import type { RespValue } from "../../src/resp/decode.js";
import { format, normalize } from "../../src/conformance/notation.js";
import { parse } from "../support/notation.js";
import { parseTranscript, type CommandLine } from "../support/transcript.js";
import { expectedDifferences, type ExpectedDifference } from "./expected-differences.js";
import { targets, type Door, type Target } from "./targets.js";

const MIN_LINES = 20;

const transcripts = ["transcripts", "documented"].flatMap((folder) => {
  const directory = new URL(`../../fixtures/${folder}/`, import.meta.url);
  return readdirSync(directory)
    .filter((file) => file.endsWith(".txt"))
    .map((file) => ({
      name: file.replace(/\.txt$/, ""),
      lines: parseTranscript(readFileSync(new URL(file, directory), "utf8")),
    }));
});

const occurred = new Set<ExpectedDifference>();

describe.each(targets)("replayed on $name", (target) => {
  it.each(transcripts)("$name answers as Redis 8", async ({ name, lines }) => {
    const door = target.open();
    const failures: string[] = [];
    for (const line of lines) {
      if (line.kind === "wait") door.wait(line.ms);
      if (line.kind === "command") failures.push(...(await replay(target, door, name, line)));
    }
    expect(failures.join("\n")).toBe("");
  });
});

describe("the expected differences", () => {
  it.each(expectedDifferences)("have a reason: $reason", ({ reason }) => {
    expect(reason.length).toBeGreaterThan(20);
  });
});

describe("the transcripts", () => {
  // What sends without being asked, answers late, or ends the connection, is recorded in fixtures/sessions; Redis has no tokens.
  const replying = [...commandTable.values()].filter(
    ({ name, flags, subcommands }) =>
      subcommands.size === 0 &&
      !flags.includes("pubsub") &&
      !/^(?:monitor|quit)$|^pubsub|^b(?:l|r|z)|^acl\|(?:gen|rest)token$/.test(name),
  );

  it.each(replying)(`hold at least ${MIN_LINES} lines of $name`, ({ name }) => {
    expect(linesOf(name)).toBeGreaterThanOrEqual(MIN_LINES);
  });
});

afterAll(() => {
  const gone = expectedDifferences.filter((difference) => !occurred.has(difference));
  // oxlint-disable-next-line vitest/no-standalone-expect -- only when all targets have run is it known what did not occur
  expect(gone.map(({ reason }) => reason)).toEqual([]);
});

async function replay(
  target: Target,
  door: Door,
  file: string,
  line: CommandLine,
): Promise<readonly string[]> {
  if (!target.canSend(line.argv)) {
    door.sendBehind(line.connection, line.argv);
    return [];
  }
  const show = (value: RespValue): string => format(normalize(value, line.mode));
  const recorded = recordedReply(target, file, line);
  const expected = show(target.project(recorded));
  const reply = await door.send(line.connection, line.argv);
  const actual = show(reply);
  if (actual === expected) return [];
  const difference = expectedDifferences.find((entry) => covers(entry, target, file, line));
  if (difference === undefined) {
    return [`${file}.txt:${line.number} ${line.text}\n  Redis: ${expected}\n  here:  ${actual}`];
  }
  occurred.add(difference);
  // A door that answered otherwise has run the command already; only what it refused is made up for.
  if (reply.type === "error") door.sendBehind(line.connection, line.argv);
  return [];
}

function recordedReply({ version }: Target, file: string, line: CommandLine): RespValue {
  try {
    return parse(version === 3 ? line.resp3 : line.resp2);
  } catch (error) {
    const message = `${file}.txt:${line.number} ${line.text}: record this line first`;
    throw new Error(message, { cause: error });
  }
}

function covers(
  { targets: names, file, commands, words }: ExpectedDifference,
  target: Target,
  name: string,
  { argv }: CommandLine,
): boolean {
  return (
    names.includes(target.name) &&
    (file === undefined || file === name) &&
    (commands === undefined || commands.includes(lowerAscii(argv[0] ?? ""))) &&
    (words === undefined || argv.some((word) => words.test(word)))
  );
}

function linesOf(command: string): number {
  const words = command.split("|");
  return transcripts
    .flatMap(({ lines }) => lines)
    .filter(
      (line) =>
        line.kind === "command" &&
        words.every((word, index) => lowerAscii(line.argv[index] ?? "") === word),
    ).length;
}
