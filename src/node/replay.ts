/** Runs what `record` has written again, on a new emulator, and holds it to every reply and push that was recorded. */
import { readFileSync } from "node:fs";
import { bytes, sliceBytes, utf8, type ByteString } from "../bytes.js";
import { manualClock } from "../clock.js";
import { createEmulator, type Emulator } from "../emulator.js";
import { redisProfile, upstashProfile } from "../profile.js";
import { quote } from "../quote.js";
import type { Reply } from "../reply.js";
import { encodeResp } from "../resp/encode.js";
import { Session } from "../session.js";
import { Snapshot, stateOf } from "../snapshot.js";
import { trusted } from "../trusted.js";
import { parse, restore, type Fields } from "./data-file.js";
import { Failure, reason } from "./failure.js";
import { FORMAT, PASSWORD, VERSION } from "./recording.js";

/** The first reply or push that is not the one recorded. */
export class ReplayDifference extends Error {
  override readonly name = "ReplayDifference";
}

export interface Replayed {
  /** As it was at the end of the recording, its clock too. */
  readonly emulator: Emulator;
  /** How many calls were made again: a command, or a transaction. */
  readonly calls: number;
}

/**
 * Runs a recording again. Throws a ReplayDifference that names the first reply or push that is not byte for byte the one recorded, with its line,
 * and a Failure for a file that is no recording.
 */
export function replay(file: string): Replayed {
  const [header = {}, ...lines] = read(file);
  const emulator = begin(header);
  const run = trusted(emulator);
  const replayer = new Replayer(emulator, file);
  let begun = false;
  for (const [index, fields] of lines.entries()) {
    if (begun) replayer.take(fields, index + 2);
    else if (!isFields(fields["beside"])) restore(run, fields);
    else {
      putBeside(emulator, fields["beside"]);
      begun = true;
    }
  }
  replayer.finish();
  return { emulator, calls: replayer.calls };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function read(file: string): readonly Fields[] {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(`the recording ${file} can not be read: ${reason(error)}`);
  }
  // A process that was killed may have left half a line behind.
  const lines = content.slice(0, content.lastIndexOf("\n") + 1).split("\n");
  const fields = lines.slice(0, -1).map(parse);
  const { format, version } = fields[0] ?? {};
  if (format !== FORMAT) {
    throw new Failure(`${file} is no recording of kv-emulator; choose another file`);
  }
  if (version === VERSION) return fields;
  const newer = `${file} has version ${JSON.stringify(version)} of the format`;
  throw new Failure(`${newer}, this kv-emulator knows ${VERSION}; update it`);
}

/** An emulator that was made when the recorded one was; it is now the time at which the recording began. */
function begin({ startedAt, time }: Fields): Emulator {
  const clock = manualClock(Number(startedAt));
  const emulator = createEmulator({ clock });
  clock.set(Number(time));
  return emulator;
}

/** All that stands beside the databases. */
function putBeside(emulator: Emulator, fields: Fields): void {
  const { users, scripts, config, counters, random, chance } = fields;
  const run = trusted(emulator);
  const command = (...words: readonly (string | ByteString)[]): Reply => run(words.map(bytes));
  for (const user of list(users).map(String)) {
    const [, name = "", ...rules] = user.split(" ");
    command("ACL", "SETUSER", name, "reset", ...rules);
  }
  const upstash = new Session(upstashProfile);
  for (const script of list(scripts).map(decoded)) {
    emulator.execute(upstash, [bytes("SCRIPT"), bytes("LOAD"), script]);
  }
  for (const [name, value] of list(config).map(list)) {
    command("CONFIG", "SET", decoded(name), decoded(value));
  }
  const state = stateOf(emulator.snapshot());
  const [a = 0, b = 0, c = 0, counter = 0] = list(random).map(Number);
  const [high, low] = list(chance).map(Number);
  emulator.restore(
    new Snapshot({
      ...state,
      counters: { ...state.counters, ...(isFields(counters) ? counters : {}) },
      random: [a, b, c, counter],
      scripting: {
        ...state.scripting,
        chance: high === undefined || low === undefined ? undefined : [high, low],
      },
    }),
  );
}

class Replayer {
  calls = 0;
  readonly #emulator: Emulator;
  readonly #file: string;
  readonly #sessions = new Map<number, Session>();
  /** What was recorded and has still to come. */
  #awaited: { readonly line: number; readonly session: number; readonly push: ByteString }[] = [];
  /** What came and was not asked about yet. */
  #pushed: { readonly session: number; readonly push: ByteString }[] = [];
  #time = 0;

  constructor(emulator: Emulator, file: string) {
    this.#emulator = emulator;
    this.#file = file;
  }

  take(fields: Fields, number: number): void {
    const session = Number(fields["session"]);
    if (fields["push"] !== undefined) {
      this.#time = Number(fields["time"]);
      this.#awaited.push({ line: number, session, push: decoded(fields["push"]) });
    } else if (fields["closed"] === true) {
      this.#close(session);
    } else if (fields["commands"] === undefined) {
      this.#sessions.set(session, this.#open(session, fields));
    } else this.#run(session, fields, number);
  }

  /** What is pushed when time goes on, behind the last call. */
  finish(): void {
    if (this.#awaited.length > 0) this.#emulator.clock.set(this.#time);
    this.#compare();
  }

  #open(number: number, fields: Fields): Session {
    const { id, profile, receives, user, authenticated, hasPassword, address } = fields;
    const receive = (message: Reply): void => {
      this.#pushed.push({ session: number, push: encodeResp(message, 3) });
    };
    const kind = profile === "upstash" ? "upstash" : "redis";
    const session =
      id === 0
        ? new Session(redisProfile)
        : this.#emulator.createSession(kind, receives === true ? receive : undefined);
    session.id = Number(id);
    session.address = String(address);
    session.createdAt = Number(fields["createdAt"]);
    session.calledAt = Number(fields["calledAt"]);
    session.database = Number(fields["database"]);
    session.resp = fields["resp"] === 3 ? 3 : 2;
    session.name = bytes(String(fields["name"]));
    if (hasPassword === true) session.password = PASSWORD;
    const known = this.#emulator.userNamed(bytes(String(user)));
    if (known !== undefined) session.logIn(known, authenticated === true);
    return session;
  }

  #close(number: number): void {
    const session = this.#sessions.get(number);
    if (session !== undefined) this.#emulator.closeSession(session);
  }

  #run(number: number, fields: Fields, at: number): void {
    const session = this.#sessions.get(number);
    if (session === undefined)
      throw new Failure(`${this.#file}:${at}: session ${number} is not described`);
    const { clock } = this.#emulator;
    const time = Number(fields["time"]);
    if (time !== clock.now()) clock.set(time);
    const commands = list(fields["commands"]).map((argv) => list(argv).map(decoded));
    const replies = this.#perform(session, commands, fields["atomic"] === true);
    this.calls++;
    this.#compare();
    const recorded = list(fields["replies"]).map(decoded);
    for (const [index, reply] of replies.entries()) {
      const actual = encodeResp(reply, 3);
      const expected = recorded[index] ?? bytes("");
      if (actual !== expected)
        this.#differ(at, (commands[index] ?? []).map(quote).join(" "), expected, actual);
    }
  }

  #perform(
    session: Session,
    commands: readonly (readonly ByteString[])[],
    atomic: boolean,
  ): readonly Reply[] {
    if (!atomic) return commands.map((argv) => this.#emulator.execute(session, argv));
    const replies = this.#emulator.handle({
      commands,
      session,
      atomic,
      door: "rest",
      client: "replay",
    });
    return replies instanceof Promise ? [] : replies;
  }

  /** Holds what was pushed to what was recorded by now. */
  #compare(): void {
    const [awaited, pushed] = [this.#awaited, this.#pushed];
    this.#awaited = [];
    this.#pushed = [];
    for (const { line, session, push } of awaited) {
      const actual = pushed.shift();
      if (actual?.push !== push || actual.session !== session) {
        this.#differ(line, `what session ${session} was sent`, push, actual?.push ?? bytes(""));
      }
    }
    const [extra] = pushed;
    if (extra !== undefined)
      this.#differ(0, `what session ${extra.session} was sent`, bytes(""), extra.push);
  }

  #differ(number: number, what: string, recorded: ByteString, actual: ByteString): never {
    const at = number > 0 ? `${this.#file}:${number}` : this.#file;
    const start = Math.max(0, firstDifference(recorded, actual) - SHOWN / 2);
    throw new ReplayDifference(
      `${at} is answered otherwise: ${what}\n  recorded ${excerpt(recorded, start)}\n  replayed ${excerpt(actual, start)}`,
    );
  }
}

/** So many bytes of a reply are shown, around the first that differs. */
const SHOWN = 120;

function firstDifference(recorded: ByteString, actual: ByteString): number {
  let index = 0;
  while (index < recorded.length && recorded[index] === actual[index]) index++;
  return index;
}

function excerpt(reply: ByteString, start: number): string {
  if (reply === "") return "nothing";
  const end = start + SHOWN;
  const shown = quote(sliceBytes(reply, start, end));
  return `${start > 0 ? "…" : ""}${shown}${end < reply.length ? "…" : ""}`;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What `word` has written. */
function decoded(value: unknown): ByteString {
  if (typeof value === "string") return utf8(value);
  if (typeof value === "object" && value !== null && "base64" in value) {
    return bytes(Buffer.from(String(value.base64), "base64").toString("latin1"));
  }
  throw new Failure(`${JSON.stringify(value)} is no word of a recording`);
}
