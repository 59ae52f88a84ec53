/**
 * kv-emulator/conformance: holds a mock, an adapter or a database to what Redis answers, on random sequences of commands, with the
 * emulator as the reference. Needs fast-check.
 */
export {
  engineTarget,
  ioredisTarget,
  nodeRedisTarget,
  restTarget,
  upstashTarget,
  type AdapterOptions,
  type FetchLike,
  type NodeRedisClient,
  type RestEndpoint,
} from "./adapters.js";
export {
  checkConformance,
  ConformanceError,
  type ConformanceOptions,
  type ConformanceReport,
} from "./check.js";
export { describeConformance, type DescribeOptions, type TestRunner } from "./describe.js";
export type { Family } from "./families.js";
export type { Target } from "./target.js";
