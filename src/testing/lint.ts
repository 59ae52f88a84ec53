/**
 * `emulator.lint`: what the calls of tests do that will hurt in production, told with the place in the user's code that does it. It stands in
 * the chain around the calls of all doors while it is on; commands run first and are judged at the end of their request.
 */
import { text, type ByteString } from "../bytes.js";
import { Failure } from "../disruption.js";
import type { Call, Interceptor, Linter } from "../call.js";
import { keyspaceOf, type Engine } from "../engine.js";
import { ReplyError } from "../errors.js";
import type { Reply } from "../reply.js";
import { KeysWithoutTtl, MixedTypes } from "./lint-keys.js";
import {
  LINT_RULES,
  lintSettings,
  type LintLevel,
  type LintRuleName,
  type LintSettings,
  type Strictness,
} from "./lint-options.js";
import { CachedReads, FullScans, RepeatedReads } from "./lint-reads.js";
import { explainRefusal } from "./lint-refusals.js";
import { keyPattern, lintedCommands, type LintedCommand, type Rules } from "./lint-request.js";
import { CallStack } from "./lint-site.js";
import { OversizeValues, TypeChanges } from "./lint-values.js";
import { commandLine } from "./matching.js";

/** A rule that was broken, at one place in the code by one kind of command. */
export interface LintProblem {
  readonly rule: LintRuleName;
  readonly level: Exclude<LintLevel, "off">;
  /** What hurts, and what helps. */
  readonly message: string;
  /** The first command line that broke it; what is long is cut off. */
  readonly command: string;
  /** The first key. */
  readonly key: string | undefined;
  /** `file:line:column` of the call; undefined where no stack leads there, as over a socket. */
  readonly site: string | undefined;
  /** Whether `site` is only that of the call with which the client began to gather a pipeline. */
  readonly isBeside: boolean;
  /** Who called, as `Call.client`. */
  readonly client: string;
  /** How often. */
  readonly count: number;
}

/** What a call is rejected with that breaks a rule whose level is `"error"`, and what `verify` throws. */
export class LintError extends Failure {
  override readonly name = "LintError";
  readonly problems: readonly LintProblem[];

  constructor(problems: readonly LintProblem[]) {
    const found = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super([`kv-emulator's lint found ${found}:`, ...problems.map(shownProblem)].join("\n"));
    this.problems = problems;
  }
}

/** What was printed already, by rule and place; a file of tests warns once. */
const warned = new Set<string>();

export class Lint implements Linter {
  readonly #engine: Engine;
  #settings: LintSettings | undefined;
  #rules: readonly Rules[] = [];
  #problems = new Map<string, LintProblem>();
  /** Problems of the level `"error"` that nobody has been told of yet. */
  #errors: LintProblem[] = [];
  #takeOut = (): void => undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Whether any rule is. */
  get isOn(): boolean {
    return this.#settings !== undefined;
  }

  /**
   * Puts rules in force in the place of those that are: `true` for all, `false` for none, or an object that says of some of them what is
   * other. Problems found stay. Throws a TypeError for malformed rules.
   */
  use(strict: Strictness): void {
    const settings = lintSettings(strict);
    this.#set(settings, settings === undefined ? [] : rulesOf(settings));
  }

  #set(settings: LintSettings | undefined, rules: readonly Rules[]): void {
    this.#takeOut();
    this.#takeOut = () => undefined;
    this.#settings = settings;
    this.#rules = rules;
    if (settings !== undefined) this.#takeOut = this.#engine.intercept(this.#link);
  }

  readonly #link: Interceptor = (call, next) => {
    const stack = new CallStack();
    const replies = next(call);
    const judge = (all: readonly Reply[]): readonly Reply[] => this.#judge(call, all, stack);
    return replies instanceof Promise ? replies.then(judge) : judge(replies);
  };

  /** All that was found, in its order. What was put off to see whether an EXPIRE follows is judged now. */
  get problems(): readonly LintProblem[] {
    this.#settleRules();
    this.#errors = [];
    return [...this.#problems.values()];
  }

  /** Throws an Error that tells of all problems, warnings too, where there are any. */
  verify(): void {
    const { problems } = this;
    if (problems.length > 0) throw new LintError(problems);
  }

  /** Judges what was put off, as at the end of a test; throws an Error where that is one by its rule's level. */
  settle(): void {
    this.#settleRules();
    this.#throwErrors();
  }

  /** Forgets the problems, and what the rules have learned of keys. */
  clear(): void {
    this.#problems.clear();
    this.#errors = [];
    if (this.#settings !== undefined) this.#rules = rulesOf(this.#settings);
  }

  /** Notes the rules in force and the problems found; the returned function settles what was found since, and brings these back. */
  save(): () => void {
    const [settings, rules, problems] = [this.#settings, this.#rules, new Map(this.#problems)];
    const restore = rules.map((each) => each.save());
    return () => {
      try {
        this.settle();
      } finally {
        this.#problems = problems;
        this.#errors = [];
        if (this.#settings !== settings || this.#rules !== rules) this.#set(settings, rules);
        for (const undo of restore) undo();
      }
    };
  }

  refused(call: Call, refusal: ReplyError, index: number): void {
    const message = explainRefusal(call, refusal);
    if (message === undefined) return;
    const [by] = lintedCommands(call, [refusal], new CallStack(), index);
    if (by === undefined) return;
    this.#report("refusedCommand", by, by.keys[0], message);
    this.#throwErrors();
  }

  #judge(call: Call, replies: readonly Reply[], stack: CallStack): readonly Reply[] {
    const db = keyspaceOf(this.#engine).database(call.session.database);
    const commands = lintedCommands(call, replies, stack);
    for (const rules of this.#rules) rules.check({ call, commands, db }, this.#report);
    if (call.door !== "resp" || this.#errors.length === 0) {
      this.#throwErrors();
      return replies;
    }
    // RESP has no other way to tell of it.
    const lines = new LintError(this.#errors.splice(0)).message.split("\n");
    const message = lines.map((line) => line.trim()).filter((line) => line !== "");
    return replies.map(() => new ReplyError(`LINT ${message.join(" ")}`));
  }

  #settleRules(): void {
    if (this.#rules.length === 0) return;
    // What the time has taken meanwhile is no problem.
    keyspaceOf(this.#engine);
    for (const rules of this.#rules) rules.settle?.(this.#report);
  }

  #throwErrors(): void {
    if (this.#errors.length === 0) return;
    throw new LintError(this.#errors.splice(0));
  }

  readonly #report = (
    rule: LintRuleName,
    by: LintedCommand,
    name: ByteString | undefined,
    message: string,
  ): void => {
    const setting = this.#settings?.[rule];
    if (setting === undefined || setting.level === "off") return;
    const { level } = setting;
    const { called, stack, isBeside } = by;
    const key = name === undefined ? undefined : text(name);
    if (setting.ignores({ ...called, keys: key === undefined ? [] : [key] })) return;
    const { site } = stack;
    const origin = site ?? `${called.door} ${called.client}`;
    // The cache is the client's: it does not matter where it reads.
    const place =
      rule === "cachedRead" ? [called.client] : [origin, called.name, keyPattern(key ?? "")];
    const id = [rule, ...place].join("\n");
    const known = this.#problems.get(id);
    const found: LintProblem = known ?? {
      rule,
      level,
      message,
      command: shortened(commandLine(called)),
      key,
      site,
      client: called.client,
      count: 0,
      isBeside: isBeside && stack.isGathered,
    };
    const counted = { ...found, count: found.count + 1 };
    this.#problems.set(id, counted);
    if (level === "error") this.#errors.push(counted);
    else if (known === undefined) warn(id, counted);
  };
}

/** The rules that look at requests, of those that are on. */
function rulesOf(settings: LintSettings): readonly Rules[] {
  const made: Readonly<Partial<Record<LintRuleName, () => Rules>>> = {
    keyWithoutTtl: () => new KeysWithoutTtl(),
    fullScan: () => new FullScans(settings.fullScan.threshold),
    cachedRead: () => new CachedReads(),
    typeChange: () => new TypeChanges(),
    mixedTypes: () => new MixedTypes(),
    repeatedReads: () => new RepeatedReads(settings.repeatedReads.threshold),
    oversize: () => new OversizeValues(settings.oversize.threshold),
  };
  return LINT_RULES.flatMap((name) => {
    const make = settings[name].level === "off" ? undefined : made[name];
    return make === undefined ? [] : [make()];
  });
}

const BESIDE = " or beside it: the client has gathered a pipeline, and tells where it began";

function shownProblem({ rule, message, site, isBeside, client, count }: LintProblem): string {
  const where = site === undefined ? `from the client ${JSON.stringify(client)}` : `at ${site}`;
  const times = count === 1 ? "" : `, ${count} times`;
  return `${rule}: ${message}\n    ${where}${isBeside ? BESIDE : ""}${times}`;
}

function warn(id: string, problem: LintProblem): void {
  if (warned.has(id)) return;
  warned.add(id);
  console.warn(`kv-emulator's lint: ${shownProblem(problem)}`);
}

/** So much of a command is shown. */
const SHOWN_COMMAND = 80;

function shortened(line: string): string {
  return line.length > SHOWN_COMMAND ? `${line.slice(0, SHOWN_COMMAND)}…` : line;
}
