/**
 * A target and its reference side by side on one sequence of commands after the other: replies, then what the databases hold. The
 * reference's clock goes with the real one, so that keys with a short time to live die on both sides in a pause.
 */
import { text, utf8 } from "../bytes.js";
import { systemClock } from "../clock.js";
import { engineTarget } from "./adapters.js";
import { Coverage } from "./coverage.js";
import { after, agree, before, commandName, rangeByName, type Reference } from "./laws.js";
import { printReplies, signature, type Labelled } from "./print.js";
import type { Argv, Sequence } from "./sequences.js";
import type { Target } from "./target.js";
import { comparable, outcomeOf, printOutcome, type Outcome } from "./values.js";

/** By how much the clocks of target and reference may differ, in milliseconds. */
const TOLERANCE = 2000;

/** Where the two sides part. */
export interface Difference {
  /** The same for differences of one kind: the command, and the types of both replies. */
  readonly kind: string;
  /** The commands as typed into redis-cli, and both replies to the last. */
  readonly counterexample: string;
}

export class Comparison {
  readonly coverage = new Coverage();
  readonly skipped = new Map<string, number>();
  readonly #target: Target;
  readonly #expected: Target;
  #time = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#expected = target.reference?.() ?? engineTarget();
  }

  /** How the two differ; undefined where they agree. Only counted runs go into the coverage. */
  async run(sequence: Sequence, counted: boolean): Promise<Difference | undefined> {
    await this.#target.reset();
    await this.#expected.reset();
    this.#time = systemClock.now();
    for (const [index, step] of sequence.entries()) {
      if ("wait" in step) {
        await this.#pause(step.wait);
        continue;
      }
      if (await this.#leftOpen(step.argv)) return undefined;
      const calls = [...before(step.argv), step.argv, ...after(step.argv)];
      if (!calls.every((argv) => this.#supports(argv))) {
        const name = commandName(step.argv);
        if (counted) this.skipped.set(name, (this.skipped.get(name) ?? 0) + 1);
        continue;
      }
      for (const argv of calls) {
        const difference = await this.#compare(argv, counted);
        if (difference === undefined) continue;
        const steps = sequence.slice(0, index + 1);
        return describe(argv === step.argv ? steps : [...steps, { session: 1, argv }], difference);
      }
    }
    return this.#compareContents(sequence);
  }

  /** Every value that the reference holds; what the target holds beyond, the commands about keys tell. */
  async #compareContents(sequence: Sequence): Promise<Difference | undefined> {
    const keys = comparable(await outcomeOf(() => this.#expected.call(["KEYS", "*"])));
    if (!("items" in keys)) return undefined;
    const names = keys.items.flatMap((key) => ("text" in key ? [text(key.text)] : []));
    for (const name of names.toSorted()) {
      const type = await this.#expected.call(["TYPE", name]);
      for (const question of [["TYPE", name], ["PTTL", name], readerOf(type, name)]) {
        const argv = question.map(utf8);
        if (!this.#supports(argv)) continue;
        const difference = await this.#compare(argv, false);
        if (difference !== undefined) {
          return describe([...sequence, { session: 1, argv }], difference);
        }
      }
    }
    return undefined;
  }

  async #compare(argv: Argv, counted: boolean): Promise<Parted | undefined> {
    await this.#follow();
    const expectedOutcome = await this.#ask(argv);
    const receivedOutcome = await outcomeOf(() => this.#target.call(argv.map(text)));
    const expected = comparable(expectedOutcome);
    const received = comparable(receivedOutcome);
    if (!(await agree({ argv, expected, received }, this.#reference))) {
      return {
        kind: signature({ argv, expected, received }),
        replies: [
          ["expected", printOutcome(expectedOutcome)],
          ["received", printOutcome(receivedOutcome)],
        ],
      };
    }
    if (counted) this.coverage.add(argv, expected.type === "error" ? expected.text : undefined);
    return undefined;
  }

  readonly #reference: Reference = {
    ask: async (argv) => comparable(await this.#ask(argv)),
    ordered: false,
    tolerance: TOLERANCE,
  };

  #ask(argv: Argv): Promise<Outcome> {
    return outcomeOf(() => this.#expected.call(argv.map(text)));
  }

  /** Redis says nothing of a range by name where the scores are not all equal. */
  async #leftOpen(argv: Argv): Promise<boolean> {
    for (const key of rangeByName(argv)) {
      const range = comparable(
        await this.#ask(["ZRANGE", text(key), "0", "-1", "WITHSCORES"].map(utf8)),
      );
      const items = "items" in range ? range.items : [];
      const scores = items.flatMap((item, index) =>
        index % 2 === 1 && "text" in item ? [item.text] : [],
      );
      if (new Set(scores).size > 1) return true;
    }
    return false;
  }

  #supports(argv: Argv): boolean {
    return this.#target.supports?.(argv.map(text)) ?? true;
  }

  async #pause(ms: number): Promise<void> {
    if (this.#target.advance === undefined) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return;
    }
    await this.#target.advance(ms);
    await this.#expected.advance?.(ms);
    this.#time = systemClock.now();
  }

  /** Lets the reference's clock go with the real one. */
  async #follow(): Promise<void> {
    const now = systemClock.now();
    const passed = now - this.#time;
    this.#time = now;
    if (passed > 0) await this.#expected.advance?.(passed);
  }
}

interface Parted {
  readonly kind: string;
  readonly replies: Labelled;
}

function describe(steps: Sequence, { kind, replies }: Parted): Difference {
  return { kind, counterexample: printReplies(steps, replies) };
}

function readerOf(type: unknown, key: string): string[] {
  switch (type) {
    case "hash":
      return ["HGETALL", key];
    case "list":
      return ["LRANGE", key, "0", "-1"];
    case "set":
      return ["SMEMBERS", key];
    case "zset":
      return ["ZRANGE", key, "0", "-1", "WITHSCORES"];
    default:
      return ["GET", key];
  }
}
