/**
 * DUMP and RESTORE across the two sides: random values that a real Redis 8 dumps are restored by the engine, and what the engine dumps
 * of them by Redis; what is read back is equal each time. Then payloads with bits flipped, their checksum made right again: the engine
 * answers with one of RESTORE's errors or with a value that can be read. `npm run conformance:payloads -- --payloads 10000 --seed 1`
 */
import { parseArgs } from "node:util";
import { sample } from "fast-check";
import { bytes, fromUint8Array, toUint8Array, type ByteString } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import { after, before } from "../../src/conformance/laws.js";
import { format, normalize, type Mode } from "../../src/conformance/notation.js";
import { sequences, type Argv } from "../../src/conformance/sequences.js";
import { createEmulator } from "../../src/emulator.js";
import { RespDecoder, type RespValue } from "../../src/resp/decode.js";
import { encodeResp } from "../../src/resp/encode.js";
import { crc64 } from "../../src/values/rdb/crc64.js";
import { startRedis } from "../../test/support/redis-server.js";
import { PipelinedConnection } from "./connection.js";
import { wholeNumber } from "./whole-number.js";

const { values } = parseArgs({
  options: {
    payloads: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  },
});
const wanted = wholeNumber("payloads", values.payloads);
const seed = wholeNumber("seed", values.seed);

const words = (...texts: readonly string[]): Argv => texts.map(bytes);

const clock = manualClock();
const emulator = createEmulator({ clock, seed: 1 });
const session = emulator.createSession();

function decode(reply: ByteString): RespValue {
  const decoder = new RespDecoder();
  decoder.push(reply);
  const value = decoder.next();
  if (value === undefined) throw new Error(`${JSON.stringify(reply)} is no whole reply`);
  return value;
}

function ask(argv: Argv): RespValue {
  return decode(encodeResp(emulator.execute(session, argv), 2));
}

function textOf(value: RespValue | undefined): ByteString {
  return value !== undefined && "text" in value ? value.text : bytes("");
}

/** What reads a value of a type, and how its reply is compared. */
function reader(type: string, key: ByteString): readonly (readonly [Argv, Mode])[] {
  switch (type) {
    case "hash":
      return [[[bytes("HGETALL"), key], "unordered-pairs"]];
    case "list":
      return [[[bytes("LRANGE"), key, ...words("0", "-1")], "exact"]];
    case "set":
      return [[[bytes("SMEMBERS"), key], "unordered"]];
    case "zset":
      return [[[bytes("ZRANGE"), key, ...words("0", "-1", "WITHSCORES")], "exact"]];
    case "stream":
      return [
        [[...words("XINFO", "STREAM"), key, ...words("FULL", "COUNT", "0")], "exact"],
        [[...words("XRANGE"), key, ...words("-", "+")], "exact"],
      ];
    default:
      return [[[bytes("GET"), key], "exact"]];
  }
}

const server = await startRedis();
const connection = await PipelinedConnection.open({ path: server.socket }, 2);
const redis = async (argv: Argv): Promise<RespValue> =>
  decode((await connection.exchange([argv]))[0] ?? bytes(""));

const seen = new Set<ByteString>();
const counts = new Map<string, { payloads: number; equal: number }>();
let failures = 0;
let corrupted = 0;
const outcomes = new Map<string, number>();

function fail(text: string): void {
  failures++;
  if (failures <= 10) console.log(text);
}

/** Whether both sides read the same. */
async function compare(key: ByteString, own: ByteString, what: string): Promise<void> {
  const type = textOf(await redis([bytes("TYPE"), key]));
  const fieldsOf = await redis([bytes("HKEYS"), key]);
  const fields = "items" in fieldsOf ? fieldsOf.items.map(textOf) : [];
  const deadlines = (name: ByteString): Argv => [
    ...words("HPEXPIRETIME"),
    name,
    ...words("FIELDS", String(fields.length)),
    ...fields,
  ];
  const questions = [
    ...reader(type, key).map(
      ([argv, mode], index) => [argv, reader(type, own)[index]?.[0] ?? [], mode] as const,
    ),
    [
      [...words("OBJECT", "ENCODING"), key],
      [...words("OBJECT", "ENCODING"), own],
      "exact",
    ] as const,
    ...(type === "hash" ? [[deadlines(key), deadlines(own), "exact"] as const] : []),
  ];
  for (const [theirs, ours, mode] of questions) {
    const expected = format(normalize(await redis(theirs), mode));
    const received = format(normalize(ask(ours), mode));
    if (expected !== received) {
      fail(
        `${what} ${theirs.join(" ")}\n  redis     ${expected.slice(0, 400)}\n  emulator  ${received.slice(0, 400)}`,
      );
      return;
    }
  }
}

/** Bits flipped anywhere, and the checksum made right. */
function corrupt(payload: ByteString, round: number): ByteString {
  const body = toUint8Array(payload).subarray(0, -8);
  for (let flip = 0; flip <= round % 3; flip++) {
    const at = Math.abs(Math.imul(round + 1, 2_654_435_761 + flip * 40_503)) % (body.length - 2);
    body[at] = (body[at] ?? 0) ^ (1 << ((round * 7 + flip) % 8));
  }
  const flipped = fromUint8Array(body);
  return bytes(flipped + crc64(flipped));
}

function restoreCorrupted(payload: ByteString): void {
  for (let round = 0; round < 5; round++) {
    const own = bytes("corrupted");
    ask([bytes("DEL"), own]);
    const reply = ask([
      bytes("RESTORE"),
      own,
      bytes("0"),
      corrupt(payload, corrupted),
      bytes("REPLACE"),
    ]);
    corrupted++;
    const answer = reply.type === "error" ? reply.text : "a value";
    outcomes.set(answer, (outcomes.get(answer) ?? 0) + 1);
    if (answer !== "a value" && answer !== "ERR Bad data format") fail(`RESTORE ${answer}`);
    const type = textOf(ask([bytes("TYPE"), own]));
    if (answer === "a value" && type !== "none") {
      for (const [argv] of reader(type, own)) {
        const read = ask(argv);
        if (read.type === "error") fail(`${argv.join(" ")} ${format(read)}`);
      }
      ask([bytes("DUMP"), own]);
    }
  }
}

async function exchange(key: ByteString, payload: ByteString): Promise<void> {
  const [own, back] = [bytes("own"), bytes("\x01back")];
  const encoding = textOf(await redis([...words("OBJECT", "ENCODING"), key]));
  const count = counts.get(encoding) ?? { payloads: 0, equal: 0 };
  counts.set(encoding, count);
  count.payloads++;
  const restored = ask([bytes("RESTORE"), own, bytes("0"), payload, bytes("REPLACE")]);
  if (format(restored) !== "+OK" && textOf(restored) !== "OK") {
    fail(
      `RESTORE here of ${encoding}: ${format(restored)} ${JSON.stringify(payload).slice(0, 300)}`,
    );
    return;
  }
  // A key that is restored may be in a smaller encoding than the one that was dumped.
  const same = bytes("\x01same");
  await redis([bytes("RESTORE"), same, bytes("0"), payload, bytes("REPLACE")]);
  await compare(same, own, `from Redis (${encoding})`);

  const dumped = textOf(ask([bytes("DUMP"), own]));
  const theirs = textOf(await redis([bytes("DUMP"), same]));
  if (dumped === theirs) count.equal++;
  else if (process.env.SHOW === encoding) {
    console.log(
      `${JSON.stringify(theirs).slice(0, 700)}\n${JSON.stringify(dumped).slice(0, 700)}\n`,
    );
  }
  const reply = await redis([bytes("RESTORE"), back, bytes("0"), dumped, bytes("REPLACE")]);
  if (textOf(reply) !== "OK") fail(`RESTORE there of ${encoding}: ${format(reply)}`);
  else await compare(back, own, `from the engine (${encoding})`);
  restoreCorrupted(payload);
}

console.log(`seed ${seed}`);
const start = performance.now();
const arbitrary = sequences({
  families: [
    "string",
    "bitmap",
    "hyperloglog",
    "hash",
    "fields",
    "list",
    "set",
    "zset",
    "geo",
    "stream",
  ],
  length: 100,
  sessions: false,
  pauses: 0,
  textOnly: false,
  timing: { short: [100_000], wait: [0] },
});
for (let batch = 0; seen.size < wanted; batch++) {
  for (const sequence of sample(arbitrary, { seed: seed + batch, numRuns: 50 })) {
    await connection.exchange([words("FLUSHALL")]);
    const commands: Argv[] = [];
    for (const step of sequence) {
      // What would wait is sent in a transaction.
      if ("argv" in step) commands.push(...before(step.argv), step.argv, ...after(step.argv));
    }
    await connection.exchange(commands);
    const keys = await redis(words("KEYS", "*"));
    for (const key of "items" in keys ? keys.items.map(textOf) : []) {
      clock.set(Date.now());
      const payload = textOf(await redis([bytes("DUMP"), key]));
      if (payload === "" || seen.has(payload) || seen.size >= wanted) continue;
      seen.add(payload);
      await exchange(key, payload);
    }
  }
}
const seconds = ((performance.now() - start) / 1000).toFixed(1);

console.log("encoding     payloads  equal bytes");
for (const [encoding, { payloads, equal }] of counts) {
  console.log(
    `${encoding.padEnd(12)} ${String(payloads).padStart(8)} ${String(equal).padStart(12)}`,
  );
}
for (const [answer, count] of outcomes) console.log(`corrupted payloads: ${count} × ${answer}`);
console.log(
  `${seen.size} payloads, ${corrupted} corrupted, ${failures} failures in ${seconds} s; seed ${seed}`,
);
connection.close();
server.stop();
if (failures > 0) process.exitCode = 1;
