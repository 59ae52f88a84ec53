/**
 * The law that the engine is held to: after any sequence of commands, its replies and its state are those of a real Redis, in RESP2 and
 * in RESP3. Commands go to Redis in one burst, with a TIME before each; the engine then runs them at those times.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { bytes, lowerAscii, type ByteString } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import type { Coverage } from "../../src/conformance/coverage.js";
import {
  after,
  agree,
  before,
  rangeByName,
  type Reference,
  type Replies,
} from "../../src/conformance/laws.js";
import { format } from "../../src/conformance/notation.js";
import { settable } from "../../src/conformance/grammars/config.js";
import type { Divergence } from "../../src/conformance/print.js";
import type { Argv, Sequence, Step } from "../../src/conformance/sequences.js";
import { createEmulator } from "../../src/emulator.js";
import { parameters } from "../../src/keyspace/parameters.js";
import { RespDecoder, type RespValue } from "../../src/resp/decode.js";
import { encodeResp } from "../../src/resp/encode.js";
import type { Receive, Session } from "../../src/session.js";
import { PipelinedConnection } from "./connection.js";
import type { Lane } from "./lanes.js";
import { RespDoor } from "./resp-door.js";
import type { KnownDifference } from "./known-differences.js";

type Version = 2 | 3;

/** What stands between the commands and the engine: nothing, or its RESP server. */
export type Door = (typeof doors)[number];
export const doors = ["none", "resp"] as const;

/** A sequence's outcome: where the sides parted, and whether it was certain at which millisecond Redis ran each command. */
interface Outcome {
  readonly divergence: Divergence | undefined;
  readonly timeCertain: boolean;
}

/** Where the sides part, or why they are no longer compared. */
type Parted = Omit<Divergence, "steps"> | "left open";

type Play = (session: 1 | 2, commands: readonly Argv[]) => Promise<Parted | undefined>;

/** What both sides answered, and whether Redis leaves it open. */
interface Answers {
  readonly open: boolean;
  readonly wanted: ByteString | undefined;
  readonly given: ByteString;
}

/** Commands that are sent at once. */
interface Burst {
  readonly commands: readonly Argv[];
  readonly play: Play;
}

/** How often a sequence is run at most, for one run in which it is certain when each command ran. */
const REPETITIONS = 20;

/** One server's connections in one RESP version, and the engine beside them. */
export class Differential {
  /** How many sequences diverged, but never at a certain time. */
  undecided = 0;
  readonly #known: readonly KnownDifference[];
  readonly #version: Version;
  readonly #connections: Readonly<Record<1 | 2, PipelinedConnection>>;
  readonly #probe: PipelinedConnection;
  #door: RespDoor | undefined = undefined;
  #coverage: Coverage | undefined = undefined;
  readonly #clock = manualClock();
  readonly #emulator = createEmulator({ clock: this.#clock, seed: 1 });
  /** What the engine pushes, in bytes; and what it had pushed when the last command was answered. */
  #pushing = "";
  #pushed = "";
  #sessions: Readonly<Record<1 | 2, Session>>;
  #prober: Session;
  /** The commands queued since MULTI, by session. */
  readonly #queued: Record<1 | 2, Argv[]> = { 1: [], 2: [] };
  /** Whether no order of a hash table has gone into another value. */
  #ordered = true;
  #timeCertain = true;
  #leavesTraces = false;
  // Another may have used the server before.
  #leavesScripts = true;
  /** Whether a command of the sequence may sort. */
  #sorts = false;
  /** Whether a command of the sequence may give keys deadlines. */
  #expiresKeys = false;
  // Another may have used the server before.
  #leavesConfig = true;
  // Another may have used the server before.
  #leavesUsers = true;
  /** Whether a command of the sequence may give fields deadlines. */
  #expiresFields = false;

  private constructor(
    known: readonly KnownDifference[],
    version: Version,
    connections: readonly [PipelinedConnection, PipelinedConnection, PipelinedConnection],
  ) {
    this.#known = known;
    this.#version = version;
    this.#connections = { 1: connections[0], 2: connections[1] };
    this.#probe = connections[2];
    this.#sessions = this.#bothSessions();
    this.#prober = this.#session();
  }

  static async open(
    { socket, version }: Lane,
    known: readonly KnownDifference[],
    door: Door = "none",
  ): Promise<Differential> {
    const connections = [
      await PipelinedConnection.open({ path: socket }, version),
      await PipelinedConnection.open({ path: socket }, version),
      await PipelinedConnection.open({ path: socket }, version),
    ] as const;
    const differential = new Differential(known, version, connections);
    if (door === "resp") {
      differential.#door = await RespDoor.open(differential.#emulator, version);
    }
    if (version === 3) await differential.#listen();
    return differential;
  }

  /**
   * Has both sides tell of what happens to keys. In RESP3 each session hears of it behind the replies to its own commands. When a key
   * expires is not the same on both sides.
   */
  async #listen(): Promise<void> {
    await this.#probe.exchange([NOTIFY]);
    this.#ask(NOTIFY);
    for (const connection of Object.values(this.#connections)) {
      await connection.exchange([SUBSCRIBE, TIME], 1);
    }
  }

  close(): void {
    for (const connection of [this.#connections[1], this.#connections[2], this.#probe]) {
      connection.close();
    }
    void this.#door?.close();
  }

  /**
   * Where the sides part, or undefined; counts the commands in `coverage`. A divergence for which the clock may be to blame is looked
   * for again until the time of each command is certain.
   */
  async run(sequence: Sequence, coverage?: Coverage): Promise<Divergence | undefined> {
    this.#coverage = coverage;
    let outcome = await this.once(sequence);
    this.#coverage = undefined;
    for (let again = 1; again < REPETITIONS; again++) {
      if (outcome.divergence === undefined || outcome.timeCertain) return outcome.divergence;
      outcome = await this.once(sequence);
    }
    this.undecided++;
    return undefined;
  }

  /** Whether the sides answer the last command with different bytes; no law is asked. */
  async differs(sequence: Sequence): Promise<boolean> {
    await this.#reset();
    let different = false;
    for (const step of sequence) {
      if ("wait" in step) await sleep(step.wait);
      else {
        const [earlier, reply, later] = await this.#probe.exchange([TIME, step.argv, TIME]);
        this.#clock.set(milliseconds(earlier));
        const certain = milliseconds(earlier) === milliseconds(later);
        different = certain && this.#ask(step.argv) !== reply;
      }
    }
    return different;
  }

  /** Runs a sequence from empty databases, then compares what the databases hold. */
  async once(sequence: Sequence): Promise<Outcome> {
    await this.#reset();
    this.#leavesScripts = sequence.some((step) => "argv" in step && leavesScripts(step));
    this.#leavesTraces = sequence.some((step) => "argv" in step && leavesTraces(step));
    this.#sorts = sequence.some((step) => "argv" in step && sorts(step.argv));
    this.#expiresKeys = sequence.some((step) => "argv" in step && expiresKeys(step.argv));
    this.#leavesUsers = sequence.some((step) => "argv" in step && setsUsers(step.argv));
    this.#leavesConfig = sequence.some((step) => "argv" in step && configures(step.argv));
    this.#expiresFields = sequence.some((step) => "argv" in step && expiresFields(step.argv));
    for (const { start, end } of parts(sequence)) {
      const divergence = await this.#play(sequence.slice(start, end));
      if (divergence === undefined) continue;
      if (divergence === "left open") return this.#outcome(undefined);
      const position = sequence.findIndex(
        (step, index) => index >= start && "argv" in step && step.argv === divergence.argv,
      );
      const steps = sequence.slice(0, position < 0 ? end : position + 1);
      return this.#outcome({ ...divergence, steps });
    }
    const divergence = await this.#compareStates();
    if (divergence === undefined || divergence === "left open") return this.#outcome(undefined);
    return this.#outcome({ ...divergence, steps: sequence });
  }

  #outcome(divergence: Divergence | undefined): Outcome {
    return { divergence, timeCertain: this.#timeCertain };
  }

  async #reset(): Promise<void> {
    if (this.#leavesTraces) {
      for (const connection of Object.values(this.#connections)) await connection.exchange(RESET);
    }
    this.#emulator.reset();
    for (const session of [this.#sessions[1], this.#sessions[2], this.#prober]) {
      this.#emulator.closeSession(session);
    }
    this.#sessions = (await this.#doorSessions()) ?? this.#bothSessions();
    this.#prober = this.#session();
    this.#queued[1] = [];
    this.#queued[2] = [];
    this.#timeCertain = true;
    this.#ordered = true;
    if (this.#leavesUsers) await this.#removeUsers();
    if (this.#leavesConfig) await this.#setDefaults();
    await this.#probe.exchange(this.#leavesScripts ? [FLUSHALL, ...FLUSH_SCRIPTS] : [FLUSHALL]);
  }

  async #setDefaults(): Promise<void> {
    const commands = this.#version === 3 ? [DEFAULTS, NOTIFY] : [DEFAULTS];
    await this.#probe.exchange(commands);
    for (const argv of commands) this.#ask(argv);
  }

  async #removeUsers(): Promise<void> {
    const [reply = bytes("*0\r\n")] = await this.#probe.exchange([USERS]);
    const users = textsOf(decode(reply)).filter((name) => name !== "default");
    if (users.length > 0) await this.#probe.exchange([[...words("ACL", "DELUSER"), ...users]]);
  }

  async #doorSessions(): Promise<Readonly<Record<1 | 2, Session>> | undefined> {
    const sessions = await this.#door?.reconnect();
    if (this.#version === 3) await this.#door?.subscribe(SUBSCRIBE);
    return sessions;
  }

  #bothSessions(): Readonly<Record<1 | 2, Session>> {
    const receive: Receive = (message) => (this.#pushing += encodeResp(message, 3));
    const sessions = { 1: this.#session(receive), 2: this.#session() };
    if (this.#version === 3) this.#emulator.execute(sessions[1], SUBSCRIBE);
    return sessions;
  }

  #session(receive?: Receive): Session {
    const session = this.#emulator.createSession("redis", receive);
    session.resp = this.#version;
    return session;
  }

  /** A pause, or commands of one session. */
  async #play(steps: Sequence): Promise<Parted | undefined> {
    const [first] = steps;
    if (first === undefined) return undefined;
    if ("wait" in first) {
      await sleep(first.wait);
      return undefined;
    }
    let rest = steps.flatMap((step) => ("argv" in step ? surrounded(step.argv) : []));
    while (rest.length > 0) {
      const burst = this.#nextBurst(first.session, rest);
      const divergence = await burst.play(first.session, burst.commands);
      if (divergence !== undefined) return divergence;
      rest = rest.slice(burst.commands.length);
    }
    return undefined;
  }

  /** TIME is asked among the commands, but in a transaction, which would queue it: there only EXEC looks at the time. */
  #nextBurst(session: 1 | 2, commands: readonly Argv[]): Burst {
    const names = commands.map(([name]) => lowerAscii(name ?? ""));
    if (this.#sessions[session].transaction === undefined) {
      const multi = names.indexOf("multi");
      return multi === 0
        ? { commands: commands.slice(0, 1), play: this.#playUntimed }
        : { commands: multi < 0 ? commands : commands.slice(0, multi), play: this.#playTimed };
    }
    const end = names.findIndex((name) => name === "exec" || name === "discard");
    return end === 0
      ? { commands: commands.slice(0, 1), play: this.#playExec }
      : { commands: end < 0 ? commands : commands.slice(0, end), play: this.#playUntimed };
  }

  readonly #playTimed: Play = async (session, commands) => {
    const burst = commands.flatMap((argv) => [TIME, argv]);
    const replies = await this.#connections[session].exchange([...burst, TIME]);
    for (const [index, argv] of commands.entries()) {
      this.#setClock(replies[index * 2], replies[index * 2 + 2]);
      const parted = this.#compare(session, argv, replies[index * 2 + 1]);
      const divergence =
        (parted instanceof Promise ? await parted : parted) ??
        this.#compareEvents(session, argv, index * 2 + 1);
      if (divergence !== undefined) return divergence;
    }
    return undefined;
  };

  readonly #playUntimed: Play = async (session, commands) => {
    const replies = await this.#connections[session].exchange(commands);
    for (const [index, argv] of commands.entries()) {
      const parted = this.#compare(session, argv, replies[index]);
      const divergence = parted instanceof Promise ? await parted : parted;
      if (divergence !== undefined) return divergence;
    }
    return undefined;
  };

  readonly #playExec: Play = async (session, commands) => {
    const [earlier] = await this.#probe.exchange([TIME]);
    const [reply] = await this.#connections[session].exchange([...commands, TIME]);
    const [later] = await this.#probe.exchange([TIME]);
    this.#setClock(earlier, later);
    const [argv = []] = commands;
    return (await this.#compare(session, argv, reply)) ?? this.#compareEvents(session, argv, 0);
  };

  /** Sets the engine's clock to the server's; notes where a command may have run a millisecond later, or on a deadline. */
  #setClock(earlier: ByteString | undefined, later: ByteString | undefined): void {
    const now = milliseconds(earlier);
    if (milliseconds(later) !== now) this.#timeCertain = false;
    if (this.#clock.now() === now) return;
    const { database } = this.#prober;
    for (const select of SELECTS) {
      this.#ask(select);
      for (const key of this.#keys()) {
        // Redis's look-up still finds a key at the millisecond of its deadline, its active expiry removes it then.
        if (this.#ask([PEXPIRETIME, key]) === `:${now}\r\n`) this.#timeCertain = false;
        if (this.#expiresFields && this.#fieldDies(key, now)) this.#timeCertain = false;
      }
    }
    this.#prober.database = database;
    this.#clock.set(now);
  }

  #keys(): readonly ByteString[] {
    return textsOf(decode(this.#ask(KEYS)));
  }

  /** Whether a field's time will be up: Redis counts it until it comes upon it. */
  #fieldDies(key: ByteString, now: number): boolean {
    const question = this.#fieldDeadlines(key);
    if (question === undefined) return false;
    return textsOf(decode(this.#ask(question))).some((at) => Number(at) >= 0 && Number(at) <= now);
  }

  /** What tells the deadlines of all fields of a hash. */
  #fieldDeadlines(key: ByteString): Argv | undefined {
    if (this.#ask([TYPE, key]) !== "+hash\r\n") return undefined;
    const fields = textsOf(decode(this.#ask([bytes("HKEYS"), key])));
    return [...words("HPEXPIRETIME"), key, ...words("FIELDS", String(fields.length)), ...fields];
  }

  /** At once where the replies are the same bytes. */
  #compare(
    session: 1 | 2,
    argv: Argv,
    wanted: ByteString | undefined,
  ): Parted | undefined | Promise<Parted | undefined> {
    const own = this.#sessions[session];
    this.#prober.database = own.database;
    const open = this.#leftOpen(session, argv);
    if (this.#door !== undefined) {
      return this.#door.answer(session, argv).then(({ reply, pushed }) => {
        this.#pushed = pushed;
        return this.#judge(session, argv, { open, wanted, given: reply });
      });
    }
    this.#pushing = "";
    const given = this.#answer(own, argv);
    this.#pushed = this.#pushing;
    return this.#judge(session, argv, { open, wanted, given });
  }

  #judge(
    session: 1 | 2,
    argv: Argv,
    { open, wanted, given }: Answers,
  ): Parted | undefined | Promise<Parted | undefined> {
    this.#coverage?.add(argv, given.startsWith("-") ? given : undefined);
    const queued = this.#follow(session, argv, given);
    if (mixesOrder(argv)) this.#ordered = false;
    if (open) return "left open";
    if (given === wanted) return undefined;
    const expected = decode(wanted ?? bytes(""));
    const received = decode(given);
    const replies: Replies =
      queued === undefined ? { argv, expected, received } : { argv, expected, received, queued };
    return agree(replies, this.#reference()).then((alike) =>
      alike ? undefined : { argv, expected, received },
    );
  }

  /** The events of the command that the reply at `index` answered. */
  #compareEvents(session: 1 | 2, argv: Argv, index: number): Parted | undefined {
    const wanted = this.#connections[session].pushedBehind(index);
    if (wanted === this.#pushed) return undefined;
    const expected = this.#eventsIn(wanted);
    const received = this.#eventsIn(bytes(this.#pushed));
    const isSame = (left: RespValue): boolean => format(left) === format(received);
    if (isSame(expected) || (this.#expiresKeys && isSame(withoutDeaths(expected, received)))) {
      return undefined;
    }
    return { argv, expected, received };
  }

  /**
   * The events of pushed messages, but for those of fields whose time is up, and of hashes that die with them. Where something is sorted
   * the misses are left out: SORT looks for keys in the order of a hash table.
   */
  #eventsIn(pushed: ByteString): RespValue {
    const decoder = new RespDecoder();
    decoder.push(pushed);
    const events: ByteString[] = [];
    let expired: ByteString | undefined;
    for (let push = decoder.next(); push !== undefined; push = decoder.next()) {
      const [kind, , channel = bytes(""), event = bytes("")] = textsOf(push);
      if (kind !== "pmessage" || (this.#sorts && event === "keymiss")) continue;
      const isOfExpiry = /^h?expired$/.test(event) || (event === "del" && channel === expired);
      expired = event === "hexpired" ? channel : undefined;
      if (!isOfExpiry) events.push(bytes(`${channel} ${event}`));
    }
    return { type: "array", items: events.map((text) => ({ type: "bulk", text })) };
  }

  /** Whether Redis says nothing of what a command does: a range by name over unequal scores. */
  #leftOpen(session: 1 | 2, argv: Argv): boolean {
    if (lowerAscii(argv[0] ?? "") === "exec") {
      return this.#queued[session].some((queued) => rangeByName(queued).length > 0);
    }
    if (this.#sessions[session].transaction !== undefined) return false;
    return rangeByName(argv).some((key) => {
      const scores = decode(this.#ask([bytes("ZRANGE"), key, ...WITH_SCORES]));
      if (!("items" in scores)) return false;
      const flat = scores.items.flatMap((item) => ("items" in item ? item.items : [item]));
      const texts = flat.flatMap((item, index) =>
        index % 2 === 1 && "text" in item ? [item.text] : [],
      );
      return new Set(texts).size > 1;
    });
  }

  /** Keeps the queue of a transaction; returns what EXEC has run. */
  #follow(session: 1 | 2, argv: Argv, given: ByteString): readonly Argv[] | undefined {
    if (given === "+QUEUED\r\n") {
      this.#queued[session].push(argv);
      return undefined;
    }
    if (this.#sessions[session].transaction !== undefined) return undefined;
    const queued = this.#queued[session];
    this.#queued[session] = [];
    return queued;
  }

  #answer(session: Session, argv: Argv): ByteString {
    try {
      return encodeResp(this.#emulator.execute(session, argv), session.resp);
    } catch (error) {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return bytes(`-THROWN ${stack.replaceAll("\n", " ")}\r\n`);
    }
  }

  #reference(): Reference {
    const ask = (question: Argv): RespValue => decode(this.#ask(question));
    return {
      ask,
      ordered: this.#ordered,
      tolerance: 0,
      tolerates: (replies) => this.#known.some((difference) => difference.covers(replies)),
    };
  }

  #ask(argv: Argv): ByteString {
    return this.#answer(this.#prober, argv);
  }

  /** Every key's type, encoding, deadline and value, in the databases that the grammars name. */
  async #compareStates(): Promise<Parted | undefined> {
    const questions: Argv[] = [];
    this.#prober.database = 0;
    for (const select of SELECTS) {
      questions.push(select, KEYS);
      this.#ask(select);
      for (const key of this.#keys()) {
        questions.push([TYPE, key], [...ENCODING, key], [PEXPIRETIME, key]);
        questions.push(reader(this.#ask([TYPE, key]), key));
        const fieldDeadlines = this.#fieldDeadlines(key);
        if (fieldDeadlines !== undefined) questions.push(fieldDeadlines);
      }
    }
    const replies = await this.#probe.exchange([TIME, ...questions, TIME]);
    this.#setClock(replies[0], replies.at(-1));
    for (const [index, argv] of questions.entries()) {
      const wanted = replies[index + 1];
      const given = this.#ask(argv);
      if (given === wanted) continue;
      const expected = decode(wanted ?? bytes(""));
      const received = decode(given);
      if (!(await agree({ argv, expected, received }, this.#reference()))) {
        return { argv, expected, received };
      }
    }
    return undefined;
  }
}

/** A command with what must be sent before and after it. */
function surrounded(argv: Argv): Argv[] {
  return [...before(argv), argv, ...after(argv)];
}

const words = (...texts: readonly string[]): Argv => texts.map(bytes);

const TIME = words("TIME");
const KEYS = words("KEYS", "*");
const FLUSHALL = words("FLUSHALL");
/** No FUNCTION FLUSH: Redis 8.0.2 crashes of it now and then. */
const FLUSH_SCRIPTS = [
  words("SCRIPT", "FLUSH", "SYNC"),
  words("FUNCTION", "DELETE", "lib"),
  words("FUNCTION", "DELETE", "other"),
];
/** All classes but `x`: when a key expires is not the same on both sides. */
const NOTIFY = words("CONFIG", "SET", "notify-keyspace-events", "Kg$lshztdnm");
const SUBSCRIBE = words("PSUBSCRIBE", "__keyspace@*");
const USERS = words("ACL", "USERS");
const RESET = [
  words("DISCARD"),
  words("UNWATCH"),
  words("SELECT", "0"),
  words("CLIENT", "SETNAME", ""),
];
/** Sets what the grammars set to what it is at first. */
const DEFAULTS = [
  ...words("CONFIG", "SET"),
  ...settable.flatMap((name) => [bytes(name), parameters().get(name)?.initial ?? bytes("")]),
];
const SELECTS = [words("SELECT", "1"), words("SELECT", "0")];
const WITH_SCORES = words("0", "-1", "WITHSCORES");
const TYPE = bytes("TYPE");
const PEXPIRETIME = bytes("PEXPIRETIME");
const ENCODING = words("OBJECT", "ENCODING");

/** Whether a command leaves something in its connection: a database, a transaction, a watch, or a second session. */
function leavesTraces({ session, argv }: Extract<Step, { argv: Argv }>): boolean {
  return (
    session === 2 ||
    /^(?:multi|exec|discard|watch|unwatch|select|client)$/.test(lowerAscii(argv[0] ?? ""))
  );
}

/** Whether a command may leave scripts or functions in the server. */
function leavesScripts({ argv: [name = bytes("")] }: Extract<Step, { argv: Argv }>): boolean {
  return /^(?:eval|script|function|fcall)/.test(lowerAscii(name));
}

function sorts([name = bytes("")]: Argv): boolean {
  return /^(?:sort|eval|fcall)/i.test(name);
}

/** Whether a command may give a key a deadline. */
function expiresKeys([name = bytes(""), ...args]: Argv): boolean {
  return (
    /expire|setex|eval|fcall|restore/i.test(name) ||
    args.some((word) => /^(?:ex|px|exat|pxat)$/i.test(word))
  );
}

function setsUsers([name = bytes("")]: Argv): boolean {
  return lowerAscii(name) === "acl";
}

function configures([name = bytes("")]: Argv): boolean {
  return lowerAscii(name) === "config";
}

/** Whether a command may give fields of a hash deadlines. */
function expiresFields([name = bytes("")]: Argv): boolean {
  return /^h(?:p?expire(?:at)?|[gs]etex)$|^restore$/.test(lowerAscii(name));
}

/** Events without the deaths that only Redis tells of: it may still delete a key whose time is up. */
function withoutDeaths(expected: RespValue, received: RespValue): RespValue {
  const told = textsOf(received);
  const kept = textsOf(expected).filter((event) => !event.endsWith(" del") || told.includes(event));
  return { type: "array", items: kept.map((text) => ({ type: "bulk", text })) };
}

function textsOf(value: RespValue): readonly ByteString[] {
  return "items" in value ? value.items.flatMap((item) => ("text" in item ? [item.text] : [])) : [];
}

/** Whether a command puts elements into a value in the order of a hash table that it may have read. */
function mixesOrder([name = bytes("")]: Argv): boolean {
  return /^s(?:inter|union|diff)store$/.test(lowerAscii(name));
}

/** Where runs of commands of one session begin and end, and pauses by themselves. */
function parts(sequence: Sequence): { readonly start: number; readonly end: number }[] {
  const found: { readonly start: number; readonly end: number }[] = [];
  let start = 0;
  for (let end = 1; end <= sequence.length; end++) {
    const last = sequence[end - 1];
    const next = sequence[end];
    const goesOn =
      last !== undefined &&
      next !== undefined &&
      "argv" in last &&
      "argv" in next &&
      last.session === next.session;
    if (goesOn) continue;
    found.push({ start, end });
    start = end;
  }
  return found;
}

function milliseconds(time: ByteString = bytes("")): number {
  const [, , seconds, , microseconds] = time.split("\r\n");
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

function decode(reply: ByteString): RespValue {
  const decoder = new RespDecoder();
  decoder.push(reply);
  const value = decoder.next();
  if (value === undefined) throw new Error(`${JSON.stringify(reply)} is no whole reply`);
  return value;
}

function reader(type: ByteString, key: ByteString): Argv {
  switch (type) {
    case "+hash\r\n":
      return [bytes("HGETALL"), key];
    case "+list\r\n":
      return [bytes("LRANGE"), key, bytes("0"), bytes("-1")];
    case "+set\r\n":
      return [bytes("SMEMBERS"), key];
    case "+zset\r\n":
      return [bytes("ZRANGE"), key, ...WITH_SCORES];
    case "+stream\r\n":
      return [...words("XINFO", "STREAM"), key, ...words("FULL", "COUNT", "0")];
    default:
      return [bytes("GET"), key];
  }
}
