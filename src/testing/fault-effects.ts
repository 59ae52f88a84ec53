/**
 * What a fault does to a call. An error is the reply of one command; all else befalls the request in which the command travels, and
 * happens before the commands run, between them, or to the response behind them.
 */
import { parseDuration, type Duration } from "../clock.js";
import { Disruption, type Alteration, type WebResponse } from "../disruption.js";
import type { Call, Replies } from "../call.js";
import type { Engine } from "../engine.js";
import { ReplyError } from "../errors.js";
import type { Random } from "../random.js";
import type {
  ErrorEffect,
  FaultEffect,
  LatencyEffect,
  NamedEffect,
  PartEffect,
  StatusEffect,
} from "./fault-options.js";
import { gatewayResponse } from "./fault-responses.js";
import { show, type CalledCommand } from "./matching.js";

/** An effect at work. */
export interface Disturbance {
  /** Whether there is anything to disturb in a call by that command. */
  readonly concerns: (call: Call, command: CalledCommand) => boolean;
  /** Where there is, for who looks for it elsewhere. */
  readonly limits?: string;
  /** Told of the commands that it befalls. */
  readonly note?: (command: CalledCommand) => void;
  /** The reply in place of one command's, or what becomes of the whole call. */
  readonly act:
    | { readonly reply: ReplyError; readonly beforeItRuns: boolean }
    | ((call: Call, next: (call: Call) => Replies) => Replies);
}

const ANY = (): boolean => true;

/** Throws a TypeError for an effect whose members are malformed. */
export function disturbance(effect: FaultEffect, engine: Engine, random: Random): Disturbance {
  if (typeof effect === "string") return named(effect, engine);
  if (effect.error !== undefined) return { concerns: ANY, act: refusal(effect) };
  if (effect.latency !== undefined) return { concerns: ANY, act: slow(effect, engine, random) };
  if (effect.applyFirst !== undefined) {
    const first = checkedPart(effect);
    return part(() => first);
  }
  return { concerns: ANY, act: answered(effect) };
}

function named(effect: NamedEffect, engine: Engine): Disturbance {
  switch (effect) {
    case "reset":
      return { concerns: ANY, act: cut };
    case "lost-reply":
      return { concerns: ANY, act: (call, next) => lost(next(call)) };
    case "half-applied":
      return part((length) => length >> 1);
    case "never":
      return { concerns: ANY, act: () => new Promise(() => undefined) };
    case "noscript":
      return scriptUnknown();
    case "torn":
      return altered((response) => ({ ...response, torn: true }));
    case "invalid-json":
      return altered((response) => ({ ...response, body: firstHalf(response.body) }));
    case "wrong-base64":
      return altered((response) => ({ ...response, body: spoiled(response.body) }));
    case "stale-sync-token":
      return staleToken(engine.changes.toString(32));
  }
}

function cut(): Promise<never> {
  return Promise.reject(new Disruption());
}

async function lost(replies: Replies, response?: WebResponse): Promise<never> {
  await replies;
  throw new Disruption(response);
}

function refusal({ error }: ErrorEffect): Disturbance["act"] {
  if (typeof error === "string" && /^[^\s]/.test(error) && !/[\r\n]/.test(error)) {
    return { reply: new ReplyError(error), beforeItRuns: true };
  }
  throw new TypeError(
    `faults.add({ effect: { error } }): ${show(error)} is no error reply; pass its whole text in one line, code first: "ERR max requests limit exceeded"`,
  );
}

function slow({ latency, jitter = 0 }: LatencyEffect, engine: Engine, random: Random) {
  const length = checkedDuration("latency", latency);
  const spread = checkedDuration("jitter", jitter);
  const act: Disturbance["act"] = async (call, next) => {
    const lot = random.below(2 ** 32) / 2 ** 31 - 1;
    await engine.clock.sleep(Math.max(0, length + spread * lot));
    return next(call);
  };
  return act;
}

function checkedDuration(name: string, duration: Duration): number {
  const value = typeof duration === "string" ? parseDuration(duration) : duration;
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
  throw new TypeError(
    `faults.add({ effect: { ${name} } }): ${show(duration)} is not a duration; pass milliseconds (≥ 0) or a text like "1.5s" or "250ms"`,
  );
}

/** Over RESP, and in a transaction, there are no pipelines to be cut. */
function part(count: (length: number) => number): Disturbance {
  return {
    limits: "only a pipeline that has more commands, and is no transaction, can be applied in part",
    concerns: ({ door, atomic, commands: { length } }) =>
      door !== "resp" && !atomic && count(length) >= 1 && count(length) < length,
    act: (call, next) =>
      lost(next({ ...call, commands: call.commands.slice(0, count(call.commands.length)) })),
  };
}

function checkedPart({ applyFirst }: PartEffect): number {
  if (Number.isSafeInteger(applyFirst) && applyFirst >= 1) return applyFirst;
  throw new TypeError(
    `faults.add({ effect: { applyFirst } }): ${show(applyFirst)} is no number of commands; pass a whole number from 1, or effect: "reset" for none`,
  );
}

function scriptUnknown(): Disturbance {
  const told = new Set<string | undefined>();
  return {
    limits: "only EVALSHA answers NOSCRIPT",
    concerns: (_, command) => /^EVALSHA(?:_RO)?$/.test(command.name) && !told.has(shaOf(command)),
    note: (command) => told.add(shaOf(command)),
    act: {
      reply: new ReplyError("NOSCRIPT No matching script. Please use EVAL."),
      beforeItRuns: false,
    },
  };
}

function shaOf({ args }: CalledCommand): string | undefined {
  return args[0]?.toLowerCase();
}

/** What can only befall a response; over RESP, where there is none, the connection is cut behind the commands. */
function altered(alter: Alteration): Disturbance {
  return {
    concerns: ANY,
    act: (call, next) => {
      if (call.alterResponse === undefined) return lost(next(call));
      call.alterResponse(alter);
      return next(call);
    },
  };
}

function staleToken(token: string): Disturbance {
  const alter: Alteration = (response) => ({
    ...response,
    headers: { ...response.headers, "upstash-sync-token": token },
  });
  return {
    ...altered(alter),
    limits: "RESP has no sync tokens",
    concerns: ({ alterResponse }) => alterResponse !== undefined,
  };
}

function firstHalf(body: WebResponse["body"]): WebResponse["body"] {
  return body === null ? null : body.slice(0, body.length >> 1);
}

/** Strings of base64 in the results begin with what base64 has not. */
function spoiled(body: WebResponse["body"]): WebResponse["body"] {
  if (typeof body !== "string") return body;
  return body.replace(ENCODED, '"!');
}

/** The start of a string of base64 that is no member's name. */
const ENCODED = /"[\w+/](?=[\w+/](?:[\w+/]{4})*(?:==|[\w+/][\w+/=])"(?!:))/g;

function answered(effect: StatusEffect): Disturbance["act"] {
  const response = gatewayResponse(effect);
  if (effect.applied === true) return (call, next) => lost(next(call), response);
  return () => Promise.reject(new Disruption(response));
}
