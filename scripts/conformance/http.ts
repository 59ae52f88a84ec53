/**
 * Runs the suite through the HTTP server on random commands of every family that REST takes, and through emulator.fetch beside it:
 * `npm run conformance:http -- --commands 100000 --seed 1`.
 */
import { Agent, request } from "node:http";
import { parseArgs } from "node:util";
import { manualClock } from "../../src/clock.js";
import {
  checkConformance,
  ConformanceError,
  restTarget,
} from "../../src/conformance/conformance.js";
import { familyNames, isFamily } from "../../src/conformance/families.js";
import { createEmulator } from "../../src/emulator.js";
import { startServer } from "../../src/node/server.js";
import { wholeNumber } from "./whole-number.js";

const { values } = parseArgs({
  options: {
    commands: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  },
});
const wanted = wholeNumber("commands", values.commands);
const seed = wholeNumber("seed", values.seed);

/** How many sequences before the count is looked at. */
const RUNS = 500;

const clock = manualClock();
const server = await startServer({ clock, token: "token" });
const agent = new Agent({ keepAlive: true });
const { url, token } = server;
/** On the same clock. */
const reference = createEmulator({ clock, token });
const target = restTarget(throughHttp, {
  url,
  token,
  advance: (ms) => clock.advance(ms),
  reset: () => {
    clock.set(Date.now());
    server.emulator.reset();
  },
  reference: () =>
    restTarget(reference.fetch, {
      url,
      token,
      advance: () => undefined,
      reset: () => reference.reset(),
    }),
});

const start = performance.now();
let calls = 0;
console.log(`seed ${seed}`);
try {
  for (let round = 0; calls < wanted; round++) {
    const report = await checkConformance(target, {
      seed: seed + round,
      runs: RUNS,
      families: familyNames.filter(isFamily),
    });
    calls += report.calls;
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(`${calls} commands in ${seconds.toFixed(1)} s, none answered otherwise`);
} catch (error) {
  if (!(error instanceof ConformanceError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
} finally {
  agent.destroy();
  await server.close();
}

/** As `fetch`, whose overhead would be most of the time. */
async function throughHttp({ url, method, headers, body }: Request): Promise<Response> {
  const content = await new Response(body).text();
  return new Promise((resolve, reject) => {
    const options = { method, headers: Object.fromEntries(headers), agent };
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () =>
        resolve(new Response(Buffer.concat(chunks), { status: incoming.statusCode ?? 0 })),
      );
    });
    outgoing.once("error", reject);
    outgoing.end(content);
  });
}
