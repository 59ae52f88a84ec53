/** What may befall a call, as a test says it, and what is no such thing. */
import type { Duration } from "../clock.js";
import { nearest, show, type CommandFilter } from "./matching.js";

/**
 * When something is to fail, and how: for the commands that the filter means, `effect` happens.
 *
 * Commands of pipelines and transactions are looked at one by one, those that a script calls are not: there the script's EVAL or EVALSHA
 * is. An error answers only its command of a pipeline; it discards a transaction, as an error does that comes before EXEC (over RESP
 * EXEC answers EXECABORT then). All other effects befall the request in which a command travels, over RESP the command alone; what only
 * HTTP has, a status or a body that is spoiled, is a connection that is cut there.
 */
export interface Fault extends CommandFilter {
  readonly effect: FaultEffect;
  /** So many matching commands pass before the first is disturbed. */
  readonly after?: number | undefined;
  /** It happens so many times at most; as often as a command matches unless given. */
  readonly times?: number | undefined;
  /** How probable it is each time, from 0 to 1, as the emulator's seed decides. */
  readonly chance?: number | undefined;
}

/**
 * What a fault does:
 * - `"reset"`: the connection is cut before anything is applied.
 * - `"lost-reply"`: everything is applied, and the connection cut before the reply.
 * - `"half-applied"`: the first half of a pipeline is applied (rounded down), then the connection is cut.
 * - `{ applyFirst }`: so many commands of a pipeline that has more are applied, then the connection is cut.
 * - `"torn"`: everything is applied, and the connection cut in the middle of the response's body.
 * - `"never"`: nothing is applied and nothing answers, until the client gives up.
 * - `{ latency, jitter? }`: the request takes so long to arrive, give or take the jitter, by the emulator's clock.
 * - `{ error }`: the command is refused with that reply and not applied.
 * - `"noscript"`: EVALSHA answers NOSCRIPT, once for each script.
 * - `{ status, body?, headers?, applied? }`: whatever stands before the database answers in its place, with nginx's page (`"html"`, unless
 *   told otherwise), with `{"message":…}` as API gateways do (`"json"`), with an object as JSON or with other text as it stands.
 *   Nothing is applied unless `applied` is true.
 * - `"invalid-json"`: everything is applied, and half of the body is missing, with no error.
 * - `"wrong-base64"`: everything is applied, and the strings of the results are no base64.
 * - `"stale-sync-token"`: everything is applied; the response names the state of when the rule was added as what the client has seen.
 */
export type FaultEffect =
  NamedEffect | Only<ErrorEffect> | Only<LatencyEffect> | Only<PartEffect> | Only<StatusEffect>;

/** No rule has two effects. */
type Only<Effect> = Effect & {
  readonly [Other in Exclude<"error" | "latency" | "applyFirst" | "status", keyof Effect>]?: never;
};

export type NamedEffect = (typeof NAMES)[number];

export interface ErrorEffect {
  /** The whole text, code first: `"ERR max requests limit exceeded"`, `"OOM command not allowed…"`. */
  readonly error: string;
}

export interface LatencyEffect {
  /** Milliseconds, or a text such as `"1.5s"`. */
  readonly latency: Duration;
  /** By how much it may be less or more. */
  readonly jitter?: Duration;
}

export interface PartEffect {
  /** A number of commands, from 1. */
  readonly applyFirst: number;
}

export interface StatusEffect {
  readonly status: number;
  readonly body?: string | object;
  /** Such as `{ "retry-after": "30" }`; the content type is the body's unless it stands here. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the commands were applied all the same, as behind a gateway that did not wait for the reply. */
  readonly applied?: boolean;
}

const NAMES = [
  "reset",
  "lost-reply",
  "half-applied",
  "torn",
  "never",
  "noscript",
  "invalid-json",
  "wrong-base64",
  "stale-sync-token",
] as const;

/** The members of effects that are objects; the first of each kind names it. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  error: [],
  latency: ["jitter"],
  applyFirst: [],
  status: ["body", "headers", "applied"],
};

const OPTIONS = ["on", "key", "client", "door", "effect", "after", "times", "chance"];

/** Throws a TypeError for a fault that is malformed, or an effect that can not befall the door that it is for. */
export function checkFault(fault: Fault): void {
  if (typeof fault !== "object" || fault === null) {
    throw new TypeError(
      `faults.add(fault): ${show(fault)} is no fault; pass one like { on: "INCR", effect: "reset" }`,
    );
  }
  for (const name of Object.keys(fault)) {
    if (OPTIONS.includes(name)) continue;
    const [meant] = nearest(name, OPTIONS);
    throw new TypeError(
      `faults.add({ ${name} }): there is no such option; ${meant === undefined ? `pass ${OPTIONS.join(", ")}` : `did you mean ${meant}?`}`,
    );
  }
  const { after = 0, times = 1, chance = 1 } = fault;
  if (!Number.isSafeInteger(after) || after < 0) {
    throw new TypeError(
      `faults.add({ after }): ${show(after)} is no number of commands; pass a whole number from 0`,
    );
  }
  if (times !== Infinity && (!Number.isSafeInteger(times) || times < 1)) {
    throw new TypeError(
      `faults.add({ times }): ${show(times)} is no number of times; pass a whole number from 1, or leave it out for every time`,
    );
  }
  if (typeof chance !== "number" || !(chance >= 0 && chance <= 1)) {
    throw new TypeError(
      `faults.add({ chance }): ${show(chance)} is no probability; pass a number from 0 to 1`,
    );
  }
  checkKind(fault.effect);
  if (fault.door === "resp") checkOverResp(fault.effect);
}

function checkKind(effect: unknown): void {
  if (typeof effect === "string" && NAMES.some((name) => name === effect)) return;
  if (typeof effect === "string") {
    const [meant] = nearest(effect, NAMES);
    const fix = meant === undefined ? "" : `; did you mean "${meant}"?`;
    throw new TypeError(
      `faults.add({ effect }): ${show(effect)} is no effect${fix || `; pass ${EFFECTS}`}`,
    );
  }
  const members = membersOf(effect);
  const kinds = members.filter((member) => member in MEMBERS);
  const [kind = ""] = kinds;
  if (kinds.length > 1) {
    throw new TypeError(
      `faults.add({ effect }): ${show(effect)} is ${kinds.length} effects; add a rule for each of ${kinds.join(" and ")}`,
    );
  }
  const stranger = members.find((member) => member !== kind && !MEMBERS[kind]?.includes(member));
  if (kind !== "" && stranger === undefined) return;
  throw new TypeError(
    kind === ""
      ? `faults.add({ effect }): ${show(effect)} is no effect; pass ${EFFECTS}`
      : `faults.add({ effect: { ${kind}, ${stranger} } }): ${stranger} is no option of ${kind}; leave it out`,
  );
}

function membersOf(effect: unknown): readonly string[] {
  if (typeof effect !== "object" || effect === null) return [];
  return Object.entries(effect).flatMap(([name, member]) => (member === undefined ? [] : [name]));
}

const EFFECTS = `one of ${NAMES.map((name) => `"${name}"`).join(", ")}, or an object with one of ${Object.keys(MEMBERS).join(", ")}`;

/** What only HTTP has, and what does over RESP what a rule without a door does there. */
function checkOverResp(effect: FaultEffect): void {
  const kind =
    typeof effect === "string" ? effect : membersOf(effect).find((name) => name in MEMBERS);
  const instead = INSTEAD[kind ?? ""];
  if (instead === undefined) return;
  throw new TypeError(
    `faults.add({ door: "resp", effect }): ${kind} is an effect on HTTP; ${instead}`,
  );
}

const CUT_BEFORE = 'over RESP pass effect: "reset"';
const CUT_BEHIND = 'over RESP pass effect: "lost-reply"';
const CUT_BETWEEN =
  'over RESP commands come one by one: pass effect: "reset", with after: 1 to let one pass';

const INSTEAD: Readonly<Record<string, string>> = {
  status: CUT_BEFORE,
  torn: CUT_BEHIND,
  "invalid-json": CUT_BEHIND,
  "wrong-base64": CUT_BEHIND,
  "half-applied": CUT_BETWEEN,
  applyFirst: CUT_BETWEEN,
  "stale-sync-token": "RESP has no sync tokens; leave the door out",
};
