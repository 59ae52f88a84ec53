/**
 * kv-emulator: an in-memory, Redis-compatible emulator for tests of code on Vercel KV and Upstash Redis. The doubles of the clients
 * are `kv-emulator/kv` and `kv-emulator/upstash`, the MSW handlers `kv-emulator/msw`.
 */
export {
  manualClock,
  systemClock,
  type Clock,
  type Duration,
  type Instant,
  type TestClock,
} from "./clock.js";
export { Disruption, type Alteration, type WebResponse } from "./disruption.js";
export { createEmulator, type Emulator, type EmulatorOptions } from "./emulator.js";
export type { Call, Interceptor, Replies } from "./call.js";
export type { Argument } from "./engine.js";
export { bytes, fromUint8Array, text, toUint8Array, utf8, type ByteString } from "./bytes.js";
export { ReplyError } from "./errors.js";
export type { Cost } from "./testing/cost.js";
export { diff, type Change, type ChangedKey, type Difference } from "./testing/diff.js";
export type { CommandLog, LogOptions } from "./testing/log.js";
export type { LogEntry } from "./testing/log-entry.js";
export type { Limits, Plan } from "./testing/plan-limits.js";
export type { Usage } from "./testing/plan-usage.js";
export type { Snapshot } from "./snapshot.js";
export { createKeyValueStore, type KeyValueStore } from "./kv/key-value-store.js";
export type { PlainReply } from "./plain.js";
export type { Reply } from "./reply.js";
export { interceptFetch } from "./rest/intercept-fetch.js";
export type { DatabaseOptions } from "./rest/settings.js";
export type { Session } from "./session.js";
export type { Fault, FaultEffect } from "./testing/fault-options.js";
export type { FaultRule, Faults } from "./testing/faults.js";
export type {
  LintLevel,
  LintRuleName,
  LintRuleOptions,
  LintRules,
  Strictness,
} from "./testing/lint-options.js";
export { LintError, type Lint, type LintProblem } from "./testing/lint.js";
export type { CalledCommand, CommandFilter } from "./testing/matching.js";
