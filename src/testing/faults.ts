/**
 * `emulator.faults`: rules by which calls fail as they do between a client and its database. They stand in the chain around the calls of all
 * doors for as long as there are any; the client that meets them is the real one, with its retries and errors.
 */
import type { ByteString } from "../bytes.js";
import { lookUp } from "../commands/look-up.js";
import { commandTable } from "../commands/table.js";
import type { Call, Interceptor, Replies } from "../call.js";
import type { Engine } from "../engine.js";
import type { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";
import { seededRandom, type Random } from "../random.js";
import { disturbance, type Disturbance } from "./fault-effects.js";
import { checkFault, type Fault } from "./fault-options.js";
import { seenCommand, unfired, type SeenCommand, type SilentRule } from "./fault-report.js";
import { calledCommand, commandMatcher, type CalledCommand } from "./matching.js";

/** A fault in force. */
export interface FaultRule {
  /** How many times it has happened. */
  readonly fired: number;
  /** Puts it out of force. */
  remove(): void;
}

/** So many different command lines are remembered, the last seen. */
const REMEMBERED = 200;

export class Faults {
  readonly #engine: Engine;
  #rules: readonly Rule[] = [];
  /** How many rules there were, each with chance of its own. */
  #added = 0;
  /** The command lines that came by, for those who look for what a rule might have meant. */
  readonly #seen = new Map<string, SeenCommand>();
  #takeOut = (): void => undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Puts a fault in force. Of several rules that match a command, the one that was added first and fires is the one that happens. Throws a
   * TypeError for malformed options. A name that no command has is none of those: `verify` tells of it.
   */
  add(fault: Fault): FaultRule {
    const rule = new Rule(fault, this.#engine, this.#added, () => {
      this.#set(this.#rules.filter((other) => other !== rule));
    });
    this.#added++;
    this.#set([...this.#rules, rule]);
    return rule;
  }

  /** Puts all rules out of force; chance begins anew. */
  clear(): void {
    this.#set([]);
    this.#added = 0;
  }

  /** Throws an Error that names the rules in force that have never fired, with what they may have been meant for. */
  verify(): void {
    const silent = this.#rules.filter(({ fired }) => fired === 0);
    if (silent.length === 0) return;
    throw new Error(unfired(silent, this.#rules.length, [...this.#seen.values()]));
  }

  /** Notes which rules are in force; the returned function puts these in force again, and no others, with chance as it was for the next. */
  save(): () => void {
    const [rules, added] = [this.#rules, this.#added];
    return () => {
      this.#set(rules);
      this.#added = added;
    };
  }

  #set(rules: readonly Rule[]): void {
    if (this.#rules.length === 0 && rules.length > 0) {
      this.#takeOut = this.#engine.intercept(this.#link, { disruptive: true });
    } else if (rules.length === 0) {
      this.#takeOut();
      this.#seen.clear();
    }
    this.#rules = rules;
  }

  /** The commands of a call are looked at in their order until one of them decides what becomes of the whole. */
  readonly #link: Interceptor = (call, next) => {
    const refused = new Map<number, ReplyError>();
    for (const [index, argv] of call.commands.entries()) {
      const command = calledCommand(argv, call);
      this.#remember(command);
      const act = this.#actOn(call, command);
      if (act === undefined) continue;
      if (typeof act === "function") return act(call, next);
      if (act.beforeItRuns && call.atomic) return Promise.reject(act.reply);
      refused.set(index, act.beforeItRuns ? this.#refuse(call, argv, act.reply) : act.reply);
    }
    return refused.size === 0 ? next(call) : answerOthers(call, next, refused);
  };

  /** Which rule's turn it is; those behind it learn that they came too late. */
  #actOn(call: Call, command: CalledCommand): Disturbance["act"] | undefined {
    const first = this.#rules.findIndex((rule) => rule.fires(call, command));
    if (first < 0) return undefined;
    for (const rule of this.#rules.slice(first + 1)) rule.miss(command);
    return this.#rules[first]?.act;
  }

  #refuse({ session }: Call, argv: readonly ByteString[], reply: ReplyError): ReplyError {
    return this.#engine.refuse(session, reply, lookUp(commandTable, argv));
  }

  #remember(command: CalledCommand): void {
    const seen = seenCommand(command);
    const origin = `${seen.line} ${seen.door} ${seen.client}`;
    this.#seen.delete(origin);
    this.#seen.set(origin, seen);
    if (this.#seen.size <= REMEMBERED) return;
    const [oldest = ""] = this.#seen.keys();
    this.#seen.delete(oldest);
  }
}

function answerOthers(
  call: Call,
  next: (call: Call) => Replies,
  refused: ReadonlyMap<number, ReplyError>,
): Replies {
  const commands: (readonly ByteString[])[] = [];
  for (const [index, argv] of call.commands.entries()) if (!refused.has(index)) commands.push(argv);
  const merge = (replies: readonly Reply[]): readonly Reply[] => {
    let position = 0;
    return call.commands.map((_, index) => refused.get(index) ?? replies[position++] ?? null);
  };
  if (commands.length === 0) return merge([]);
  const replies = next({ ...call, commands });
  return replies instanceof Promise ? replies.then(merge) : merge(replies);
}

class Rule implements FaultRule, SilentRule {
  readonly fault: Fault;
  readonly remove: () => void;
  matched = 0;
  missed = 0;
  unfit = 0;
  #fired = 0;
  readonly #isMeant: (command: CalledCommand) => boolean;
  readonly #disturbance: Disturbance;
  readonly #random: Random;

  constructor(fault: Fault, engine: Engine, number: number, remove: () => void) {
    checkFault(fault);
    this.fault = fault;
    this.remove = remove;
    this.#isMeant = commandMatcher("faults.add", fault);
    // Chance of its own: neither the commands' nor another rule's moves for it.
    this.#random = seededRandom(engine.chance + (number + 1) * 2 ** 32);
    this.#disturbance = disturbance(fault.effect, engine, this.#random);
  }

  get fired(): number {
    return this.#fired;
  }

  get limits(): string {
    return this.#disturbance.limits ?? "";
  }

  get act(): Disturbance["act"] {
    return this.#disturbance.act;
  }

  /** Whether it is this command's turn to be disturbed; counts it. */
  fires(call: Call, command: CalledCommand): boolean {
    const { after = 0, times = Infinity, chance = 1 } = this.fault;
    if (this.#fired >= times || !this.#isMeant(command)) return false;
    if (!this.#disturbance.concerns(call, command)) {
      this.unfit++;
      return false;
    }
    this.matched++;
    if (this.matched <= after) return false;
    if (chance < 1 && this.#random.below(2 ** 32) >= chance * 2 ** 32) return false;
    this.#fired++;
    this.#disturbance.note?.(command);
    return true;
  }

  /** Another rule was first. */
  miss(command: CalledCommand): void {
    if (this.#isMeant(command)) this.missed++;
  }
}
