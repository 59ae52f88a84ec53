/** Ten thousand scripts that mean no good: each gets a reply that can be encoded, in time, and leaves the emulator whole. */
import { describe, expect, it } from "vitest";
import { bytes, type ByteString } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import { Operands, Pools } from "../../src/conformance/operands.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { seededRandom } from "../../src/random.js";
import { status, type Reply } from "../../src/reply.js";
import { RespDecoder } from "../../src/resp/decode.js";
import { encodeResp } from "../../src/resp/encode.js";
import { checkInvariants } from "../support/invariants.js";
import { hostileScript, LARGE_SCRIPTS, SLOW_SCRIPTS } from "./hostile-scripts.js";

const TIMEOUT = 10;
function chance(seed: number): Operands {
  const random = seededRandom(seed);
  const nextInt = (min: number, max: number): number => min + random.below(max - min + 1);
  const pools = new Pools({ timing: { short: [5], wait: [10] }, textOnly: false });
  return new Operands({ nextInt }, pools, false, []);
}

type Run = (...argv: readonly ByteString[]) => Reply;

function createFilled(scriptTimeout: number): { readonly emulator: Emulator; readonly run: Run } {
  const emulator = createEmulator({ clock: manualClock(), seed: 1, scriptTimeout });
  const session = emulator.createSession();
  const run: Run = (...argv) => emulator.execute(session, argv);
  fill(emulator);
  return { emulator, run };
}

function fill(emulator: Emulator): void {
  emulator.call("FLUSHALL");
  emulator.call("SET", "s1", "10", "PX", 60_000);
  emulator.call("HSET", "h1", "f", 1, "g", 2);
  emulator.call("RPUSH", "l1", "a", "b");
  emulator.call("ZADD", "z1", 1, "a", 2, "b");
}

const PONG = status("PONG");

const words = (...texts: readonly string[]): ByteString[] => texts.map(bytes);

/** Longer replies are not read again. */
const LONG = 2 ** 20;

/** The reply stands on the wire as one whole value, in both versions. */
function checkEncodings(reply: Reply): void {
  for (const version of [2, 3] as const) {
    const encoded = encodeResp(reply, version);
    if (encoded.length > LONG) return;
    const decoder = new RespDecoder();
    decoder.push(encoded);
    try {
      if (decoder.next() === undefined) throw new Error(`RESP${version}: the reply is not whole`);
    } catch (error) {
      // Redis too sends what the script calls one.
      if (String(error).endsWith("is no big-number")) continue;
      throw error;
    }
    if (decoder.next() !== undefined) throw new Error(`RESP${version}: more than one reply`);
  }
}

/** Runs a script; throws an Error that shows it where something does not hold. */
function play(emulator: Emulator, run: Run, script: string): void {
  try {
    const reply = run(...words("EVAL", script, "2", "s1", "l1", "1", "x\0\xff"));
    checkEncodings(reply);
    checkInvariants(emulator);
    if (run(...words("EVAL", "return 7", "0")) !== 7) throw new Error("EVAL does not answer");
  } catch (error) {
    throw new Error(`after EVAL ${JSON.stringify(script)}: ${String(error)}`, { cause: error });
  }
}

describe("an emulator", () => {
  it.each([
    { kind: "endless and deep", scripts: SLOW_SCRIPTS, timeout: TIMEOUT },
    { kind: "large", scripts: LARGE_SCRIPTS, timeout: 500 },
  ])("outlives each of the $kind scripts", ({ scripts, timeout }) => {
    expect(scripts.length).toBeGreaterThan(20);
    for (const script of scripts) {
      const { emulator, run } = createFilled(timeout);
      play(emulator, run, script);
    }
  });

  it.each([1, 2, 3, 4, 5])("outlives 2,000 hostile scripts (%i)", (seed) => {
    const draw = chance(seed);
    const { emulator, run } = createFilled(TIMEOUT);
    for (let count = 0; count < 2000; count++) {
      if (count % 50 === 0) fill(emulator);
      play(emulator, run, hostileScript(draw));
    }
    expect(run(bytes("PING"))).toEqual(PONG);
  });
});
