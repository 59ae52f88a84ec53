/**
 * The law of snapshots: whatever commands run in between, in whatever order snapshots are restored, each brings back the state that it
 * was taken of, to the order of the keys and the next lot that is drawn. `SNAPSHOT_RUNS` makes the run longer.
 */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { bytes, type ByteString } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import { familyNames, isFamily } from "../../src/conformance/families.js";
import { sequences, type Sequence } from "../../src/conformance/sequences.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { redisProfile } from "../../src/profile.js";
import { encodeResp } from "../../src/resp/encode.js";
import type { Session } from "../../src/session.js";
import type { Snapshot } from "../../src/snapshot.js";

const RUNS = Number(process.env["SNAPSHOT_RUNS"] ?? 300);

/** What only tells of the time, or of connections. */
const UNWANTED =
  /^(?:shutdown|acl\||auth|hello|reset|quit|client\||replicaof|slaveof|failover|debug)/;

const options = {
  families: familyNames.filter(isFamily),
  length: 25,
  sessions: true,
  pauses: 0.03,
  textOnly: false,
  timing: { short: [40], wait: [80] },
};

/** Everything that commands can see of the databases, at the time of the clock. */
function stateOf(emulator: Emulator): string {
  const session = emulator.createSession();
  const lines: string[] = [];
  const ask = (...words: readonly string[]): void => {
    const reply = emulator.execute(session, words.map(bytes));
    lines.push(`${words.join(" ")}: ${encodeResp(reply, 3)}`);
  };
  ask("INFO", "keyspace");
  ask("FUNCTION", "LIST", "WITHCODE");
  ask("CONFIG", "GET", "*");
  for (let database = 0; database < redisProfile.databases; database++) {
    session.database = database;
    const keys = keysOf(emulator, session);
    if (keys.length === 0) continue;
    ask("SCAN", "0", "COUNT", "1000000");
    for (const key of keys) {
      ask("DUMP", key);
      ask("PEXPIRETIME", key);
      ask("OBJECT", "ENCODING", key);
      const fields = emulator.execute(session, [bytes("HKEYS"), key]);
      if (Array.isArray(fields)) {
        const names = fields.flatMap((field) => (typeof field === "string" ? [field] : []));
        ask("HGETALL", key);
        ask("HPEXPIRETIME", key, "FIELDS", String(names.length), ...names);
      }
      ask("JSON.GET", key);
      const kind = emulator.execute(session, [bytes("TYPE"), key]);
      if (typeof kind === "object" && kind !== null && "text" in kind && kind.text === "stream") {
        ask("XINFO", "STREAM", key, "FULL", "COUNT", "0");
        ask("XINFO", "GROUPS", key);
      }
    }
  }
  session.close();
  return lines.join("\n");
}

function keysOf(emulator: Emulator, session: Session): readonly ByteString[] {
  const reply = emulator.execute(session, [bytes("KEYS"), bytes("*")]);
  const keys = Array.isArray(reply) ? reply : [];
  return keys.flatMap((key) => (typeof key === "string" ? [bytes(key)] : []));
}

/** Some of what chance decides next. */
function lotsOf(emulator: Emulator): readonly unknown[] {
  const session = emulator.createSession();
  const random = Array.from({ length: 3 }, () => emulator.execute(session, [bytes("RANDOMKEY")]));
  session.close();
  return random;
}

type Act = { readonly run: Sequence } | { readonly take: true } | { readonly restore: number };

const acts = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ run: sequences(options) }) },
    { weight: 3, arbitrary: fc.constant<Act>({ take: true }) },
    { weight: 4, arbitrary: fc.record({ restore: fc.nat(20) }) },
  ),
  { minLength: 4, maxLength: 16 },
);

interface Taken {
  readonly snapshot: Snapshot;
  readonly at: number;
  readonly state: string;
  readonly lots: readonly unknown[];
}

function equal(found: unknown, expected: unknown): void {
  expect(found).toEqual(expected);
}

let commands = 0;

function check(plan: readonly Act[]): void {
  const clock = manualClock("2026-01-01");
  const emulator = createEmulator({ clock, seed: 1 });
  const sessions = { 1: emulator.createSession(), 2: emulator.createSession() };
  const taken: Taken[] = [];
  for (const act of plan) {
    if ("run" in act) {
      for (const step of act.run) {
        if ("wait" in step) clock.advance(step.wait);
        else if (!UNWANTED.test(step.argv.slice(0, 2).join("|").toLowerCase())) {
          emulator.execute(sessions[step.session], step.argv);
          commands++;
        }
      }
    } else if ("take" in act) {
      const snapshot = emulator.snapshot();
      const at = clock.now();
      const state = stateOf(emulator);
      emulator.restore(snapshot);
      const lots = lotsOf(emulator);
      emulator.restore(snapshot);
      equal(stateOf(emulator), state);
      taken.push({ snapshot, at, state, lots });
    } else {
      const chosen = taken[act.restore % Math.max(1, taken.length)];
      if (chosen === undefined) continue;
      const now = clock.now();
      clock.set(chosen.at);
      emulator.restore(chosen.snapshot);
      equal(stateOf(emulator), chosen.state);
      equal(lotsOf(emulator), chosen.lots);
      emulator.restore(chosen.snapshot);
      clock.set(now);
    }
  }
}

it("a snapshot brings back what it was taken of, whatever has happened since", () => {
  fc.assert(fc.property(acts, check), { numRuns: RUNS, seed: Number(process.env["SEED"] ?? 1) });
  expect(commands).toBeGreaterThan(RUNS * 20);
  if (process.env["SNAPSHOT_RUNS"]) console.log(`${commands} commands`);
}, 3_600_000);
