/** A client of the RESP server over a pair of streams, so that it is certain how its bytes are split. */
import { duplexPair } from "node:stream";
import { assert, array, asyncProperty, integer } from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes } from "../../src/bytes.js";
import { sequences, type Argv } from "../../src/conformance/sequences.js";
import { createEmulator } from "../../src/emulator.js";
import { manualClock } from "../../src/clock.js";
import { RespConnection } from "../../src/node/resp-connection.js";
import type { Session } from "../../src/session.js";

/** Sends chunks one after another; returns all that has come back. */
async function converse(
  chunks: readonly string[],
  prepare: (session: Session) => void = () => undefined,
): Promise<string> {
  const emulator = createEmulator({ clock: manualClock(1_700_000_000_000), seed: 1 });
  const [ours, theirs] = duplexPair();
  const connection = new RespConnection(theirs, "127.0.0.1:1", emulator, (receive) => {
    const session = emulator.createSession("redis", receive);
    prepare(session);
    return session;
  });
  let heard = "";
  ours.setEncoding("latin1").on("data", (chunk: string) => (heard += chunk));
  const ended = new Promise((resolve) => ours.once("end", resolve));
  for (const chunk of chunks) await new Promise((resolve) => ours.write(chunk, "latin1", resolve));
  ours.end();
  await ended;
  connection.destroy();
  return heard;
}

function encoded(commands: readonly Argv[]): string {
  return commands
    .map(
      (argv) =>
        `*${argv.length}\r\n${argv.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`,
    )
    .join("");
}

/** Data types, transactions and pub/sub, of which all is sent at once. */
const commands = sequences({
  families: ["string", "hash", "list", "zset", "transactions", "pubsub"],
  length: 8,
  sessions: false,
  pauses: 0,
  textOnly: false,
  timing: { short: [10], wait: [10] },
}).map((sequence) => sequence.flatMap((step) => ("argv" in step ? [step.argv] : [])));

function askForPassword(session: Session): void {
  session.askFor(bytes("secret"));
}

describe("a connection", () => {
  it("law: answers alike wherever its bytes are split in two", async () => {
    const law = asyncProperty(commands, async (argvs) => {
      const whole = encoded(argvs);
      const expected = await converse([whole]);
      for (let at = 1; at < Math.min(whole.length, 300); at++) {
        expect(await converse([whole.slice(0, at), whole.slice(at)])).toBe(expected);
      }
    });
    await assert(law, { numRuns: 20, seed: 1 });
  });

  it("law: answers alike in however many pieces its bytes come", async () => {
    const law = asyncProperty(
      commands,
      array(integer({ min: 1, max: 60 })),
      async (argvs, sizes) => {
        const whole = encoded([[bytes("HELLO"), bytes("3")], ...argvs]);
        const pieces: string[] = [];
        let at = 0;
        for (const size of sizes) pieces.push(whole.slice(at, (at += size)));
        expect(await converse([...pieces, whole.slice(at)])).toBe(await converse([whole]));
      },
    );
    await assert(law, { numRuns: 300, seed: 1 });
  });

  it.each([
    ["*11\r\n", "-ERR Protocol error: unauthenticated multibulk length\r\n"],
    ["*1\r\n$16385\r\n", "-ERR Protocol error: unauthenticated bulk length\r\n"],
  ])("lets one who has not said who it is send little: %j", async (sent, expected) => {
    expect(await converse([sent], askForPassword)).toBe(expected);
    expect(await converse([sent])).toBe("");
  });
});
