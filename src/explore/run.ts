/**
 * One run of all actors, in an order that is chosen step by step. A step lets one request through the gate, then its actor go on until it has
 * sent the next, has ended, or sleeps: one actor runs at a time.
 */
import { parseDuration, type Duration } from "../clock.js";
import type { Call, Replies } from "../call.js";
import type { Reply } from "../reply.js";
import { formatLeft } from "../testing/duration.js";
import { commandText, replyText, type DiagramEvent } from "./diagram.js";
import type { Own } from "./own.js";
import { Participant, type Request } from "./participant.js";
import type { Choice, Choose, Plan, State, Taken, Trace, Violation } from "./plan.js";
import { elapsed, pause, type SteppedClock, type Turns } from "./timers.js";

/** What a run is given, run after run. */
export interface Surroundings {
  readonly plan: Plan;
  readonly turns: Turns;
  readonly clock: SteppedClock;
  /** Of nobody's requests there are no steps. */
  readonly nobody: Own;
  /** What an actor works with. */
  own(actor: Participant): Own;
  /** An actor will never go on: its clients stay its own. */
  abandon(actor: Participant): void;
}

interface Option extends Choice {
  take(): Promise<void>;
}

/** So many turns of the event loop in which nothing more comes have an actor waiting; in process it takes one. */
const QUIET_TURNS = 8;
const BUSY_TURNS = 50;

export class Run implements Trace {
  readonly steps: Taken[] = [];
  readonly events: DiagramEvent[] = [];
  violation: Violation | undefined = undefined;
  isCut = false;
  /** Who goes on at present, or has done so last. */
  turn: Participant | undefined = undefined;
  readonly #stage: Surroundings;
  readonly #plan: Plan;
  readonly #actors: ReadonlyMap<string, Participant>;
  readonly #results: Record<string, unknown> = {};
  /** Requests that have come so far. */
  #arrivals = 0;
  /** What timers were set for that are due. */
  readonly #woken: { readonly actor: Participant; readonly run: () => void }[] = [];
  #crashes = 0;
  #advances = 0;
  /** Who has gone on last, and whether nothing else has happened since. */
  #last: Participant | undefined = undefined;
  #mayCrash = false;

  constructor(stage: Surroundings) {
    this.#stage = stage;
    this.#plan = stage.plan;
    const names = [...stage.plan.actors.keys()];
    this.#actors = new Map(names.map((name) => [name, new Participant(name)]));
  }

  has(actor: Participant): boolean {
    return this.#actors.get(actor.name) === actor && actor.ending?.kind !== "crashed";
  }

  async perform(choose: Choose): Promise<void> {
    for (const [name, body] of this.#plan.actors) {
      const actor = this.#actors.get(name);
      if (actor !== undefined) await this.#letGo(actor, () => void this.#play(actor, body));
    }
    while (this.violation === undefined) {
      await this.#check("always", this.#plan.always);
      const options = this.violation === undefined ? await this.#options() : [];
      if (options.length === 0) return;
      this.isCut = this.steps.length >= this.#plan.maxSteps;
      if (this.isCut) return;
      const index = choose(this.steps.length, options);
      const option = options[index];
      if (option === undefined) throw new RangeError(`there is no choice ${index}`);
      const others = options.filter((other) => other !== option).map(bare);
      this.steps.push({ ...bare(option), others });
      await option.take();
    }
  }

  /** Who has not ended by itself never will. */
  abandonAll(): void {
    for (const actor of this.#actors.values()) {
      if (actor.ending?.kind !== "returned" || actor.requests.length > 0)
        this.#stage.abandon(actor);
    }
  }

  async judge(): Promise<void> {
    if (this.violation !== undefined || this.isCut) return;
    await this.#check("invariant", this.#plan.invariant);
  }

  admit(actor: Participant, call: Call, next: (call: Call) => Replies): Promise<readonly Reply[]> {
    this.#arrivals++;
    return new Promise((resolve, reject) => {
      actor.requests.push({ call, next, replies: [], resolve, reject });
    });
  }

  /** A timer of whose turn it is; undefined where it is nobody's. */
  sleep(delay: number, run: () => void): (() => void) | undefined {
    return this.turn && this.sleepOf(this.turn, delay, run);
  }

  sleepOf(actor: Participant, duration: Duration, run: () => void): () => void {
    const { clock } = this.#stage.clock;
    const cancel = clock.after(duration, () => {
      actor.timers.delete(cancel);
      this.#woken.push({ actor, run });
    });
    actor.timers.add(cancel);
    return cancel;
  }

  async #play(actor: Participant, body: (own: Own) => unknown): Promise<void> {
    const lane = actor.name;
    try {
      const value = await body(this.#stage.own(actor));
      if (actor.ending !== undefined) return;
      actor.end({ kind: "returned", value });
      this.#results[lane] = value;
      const text = value === undefined ? "returns" : `returns ${shownValue(value)}`;
      this.events.push({ lane, text, isStep: false, isEnd: true });
    } catch (reason) {
      if (actor.ending !== undefined) return;
      actor.end({ kind: "threw", reason });
      this.events.push({ lane, text: `throws ${String(reason)}`, isStep: false, isEnd: true });
      this.violation ??= { by: lane, reason };
    }
  }

  /** Has an actor go on until it waits for a request or the clock, has ended, or the explorer's patience has. */
  async #letGo(actor: Participant, go: () => void): Promise<void> {
    const sleepers = this.#stage.clock.clock.due.length;
    const begun = elapsed();
    this.turn = actor;
    go();
    let seen = -1;
    for (let turns = 0, quiet = 0; ; turns++) {
      await (turns < BUSY_TURNS ? this.#stage.turns.next() : pause());
      quiet = seen === this.#arrivals ? quiet + 1 : 0;
      seen = this.#arrivals;
      if (actor.ending !== undefined) break;
      if (actor.requests.every(isOfDouble) && actor.requests.length > 0) break;
      const isAsleep = this.#stage.clock.clock.due.length > sleepers;
      if (quiet >= QUIET_TURNS && (actor.requests.length > 0 || isAsleep)) break;
      if (elapsed() - begun > this.#plan.patience) break;
    }
  }

  /** What can be done next, first what is where nothing interferes; nothing where all have ended. */
  async #options(): Promise<readonly Option[]> {
    const begun = elapsed();
    for (;;) {
      const moves = [...this.#goOn(), ...this.#wake()];
      const isOver = [...this.#actors.values()].every(({ ending, requests }) => {
        return ending !== undefined && requests.length === 0;
      });
      if (isOver) return [];
      if (moves.length > 0) return [...moves, ...this.#advance(), ...this.#crash()];
      if (elapsed() - begun > this.#plan.patience) throw this.#isStuck();
      await pause();
    }
  }

  /** The requests that wait; first those of who has run last. */
  #goOn(): Option[] {
    const all = [...this.#actors.values()];
    const last = this.#last;
    const continues = last !== undefined && last.requests.length > 0;
    const ordered = last === undefined ? all : [last, ...all.filter((actor) => actor !== last)];
    return ordered.flatMap((actor) => {
      return actor.requests.map((request, index) => ({
        step: index === 0 ? actor.name : `${actor.name}#${index + 1}`,
        label: request.call.commands.map(([name = ""]) => name.toUpperCase()).join(" "),
        cost: (continues && actor !== last) || index > 0 ? 1 : 0,
        take: () => this.#let(actor, request),
      }));
    });
  }

  #wake(): Option[] {
    const [next] = this.#stage.clock.clock.due;
    if (next === undefined) return [];
    const canOthers = [...this.#actors.values()].some(({ requests }) => requests.length > 0);
    return [{ step: "wake", label: "", cost: canOthers ? 1 : 0, take: () => this.#moveTo(next) }];
  }

  #advance(): Option[] {
    const duration = this.#plan.advance[this.#advances];
    if (duration === undefined) return [];
    const by = parseDuration(duration);
    const take = (): Promise<void> => {
      this.#advances++;
      return this.#moveTo(this.#stage.clock.clock.now() + by);
    };
    return [{ step: `+${formatLeft(by, 0)}`, label: "", cost: 1, take }];
  }

  /** When an actor crashes makes no difference between two requests of its own: it does so at once, or not there. */
  #crash(): Option[] {
    const actor = this.#last;
    if (actor === undefined || !this.#mayCrash) return [];
    if (actor.ending !== undefined || actor.isServed) return [];
    if (!this.#plan.crashing.has(actor.name) || this.#crashes >= this.#plan.crashes) return [];
    const take = async (): Promise<void> => {
      this.#crashes++;
      this.#last = undefined;
      actor.end({ kind: "crashed" });
      this.events.push({ lane: actor.name, text: "crashes", isStep: true, isEnd: true });
    };
    return [{ step: `crash:${actor.name}`, label: "", cost: 1, take }];
  }

  async #let(actor: Participant, request: Request): Promise<void> {
    this.#last = actor;
    this.#mayCrash = true;
    const { call, next, replies, resolve, reject } = request;
    const splits = this.#plan.splitsPipelines && !call.atomic;
    const { length } = replies;
    const commands = splits ? call.commands.slice(length, length + 1) : call.commands;
    try {
      replies.push(...(await next(splits ? { ...call, commands } : call)));
    } catch (reason) {
      this.#leaveGate(actor, request);
      this.#tell(actor, call, commands, length, []);
      await this.#letGo(actor, () => reject(reason));
      return;
    }
    this.#tell(actor, call, commands, length, replies.slice(length).map(replyText));
    if (replies.length < call.commands.length) return;
    this.#leaveGate(actor, request);
    await this.#letGo(actor, () => resolve(replies));
  }

  #leaveGate(actor: Participant, request: Request): void {
    actor.requests.splice(actor.requests.indexOf(request), 1);
  }

  #tell(
    { name: lane }: Participant,
    { commands: all, atomic }: Call,
    commands: Call["commands"],
    first: number,
    replies: readonly string[],
  ): void {
    for (const [index, argv] of commands.entries()) {
      const kind = atomic ? "MULTI" : "pipeline";
      const position = all.length > 1 ? `${kind} ${first + index + 1}/${all.length}: ` : "";
      const text = position + commandText(argv);
      this.events.push({ lane, text, reply: replies[index] ?? "✗", isStep: index === 0 });
    }
  }

  /** Time passes; who is woken by it goes on, one after the other. */
  async #moveTo(time: number): Promise<void> {
    const { clock } = this.#stage;
    this.#mayCrash = false;
    this.events.push({
      text: `${formatLeft(time, clock.clock.now()) || "0ms"} pass`,
      isStep: true,
    });
    const sleepers = clock.clock.due.length;
    clock.moveTo(time);
    const others = sleepers - clock.clock.due.length - this.#woken.length;
    for (let next = this.#woken.shift(); next !== undefined; next = this.#woken.shift()) {
      const { actor, run } = next;
      if (this.has(actor)) await this.#letGo(actor, run);
    }
    if (others === 0) return;
    for (let turns = 0; turns < QUIET_TURNS; turns++) await this.#stage.turns.next();
  }

  async #check(by: string, condition: ((state: State) => unknown) | undefined): Promise<void> {
    if (condition === undefined) return;
    const crashed = [...this.#actors.values()].filter(({ ending }) => ending?.kind === "crashed");
    const { nobody } = this.#stage;
    const state = {
      emulator: this.#plan.emulator,
      results: this.#results,
      crashed: crashed.map(({ name }) => name),
      get kv() {
        return nobody.kv;
      },
    };
    const { turn } = this;
    this.turn = undefined;
    try {
      if ((await condition(state)) === false) this.violation = { by, reason: undefined };
    } catch (reason) {
      this.violation = { by, reason };
    }
    this.turn = turn;
  }

  #isStuck(): Error {
    const waiting = [...this.#actors.values()].filter(({ ending }) => ending === undefined);
    const names = waiting.map(({ name }) => name).join(" and ");
    return new Error(
      `explore(…): ${names} neither sent a request nor ended within ${this.#plan.patience} ms; what it waits for is no request to this emulator, no setTimeout and no sleep of its clock (pass a longer patience where that is meant)`,
    );
  }
}

/** What is kept of an option when its run is over. */
function bare({ step, label, cost }: Option): Choice {
  return { step, label, cost };
}

function isOfDouble({ call }: Request): boolean {
  return call.door === "double";
}

function shownValue(value: unknown): string {
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "…";
  }
}
