/**
 * Records fixtures/rest/client-results.json: what the real client makes of each of its calls when a real Redis 8.0.2 stands behind the
 * REST API. What that Redis does not know has no result. `npx tsx scripts/record-client.ts`
 */
import { writeFileSync } from "node:fs";
import { createClient } from "@vercel/kv";
import { utf8, text } from "../src/bytes.js";
import type { RespValue } from "../src/resp/decode.js";
import { comparable, examples, outcome, seedsFor } from "../test/support/client-examples.js";
import { startRedis } from "../test/support/redis-server.js";

const server = await startRedis();
const connection = await server.connect(2);
let known = true;

async function answer(words: readonly unknown[]): Promise<object> {
  const argv = words.map((word) => utf8(typeof word === "string" ? word : JSON.stringify(word)));
  const reply = await connection.send(argv);
  if (reply.type !== "error") return { result: json(reply) };
  if (/unknown (?:sub)?command/.test(reply.text)) known = false;
  return { error: text(reply.text) };
}

function json(value: RespValue): unknown {
  if ("items" in value) return value.items.map(json);
  if (value.type === "integer") return Number(value.text);
  return "text" in value ? text(value.text) : null;
}

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const body: unknown = await request.json();
  const words = Array.isArray(body) ? body : [];
  const batch = /\/(?:pipeline|multi-exec)$/.test(request.url);
  const outcomes = [];
  for (const each of batch ? words : [words]) outcomes.push(await answer(each));
  const failed = !batch && outcomes.some((each) => "error" in each);
  const response = JSON.stringify(batch ? outcomes : outcomes[0]);
  return new Response(response, { status: failed ? 400 : 200 });
};

const results: Record<string, unknown> = {};
for (const example of examples) {
  known = true;
  await answer(["FLUSHALL"]);
  await answer(["SCRIPT", "FLUSH"]);
  for (const words of seedsFor(example)) await answer(words);
  const client = createClient({
    url: "https://redis.example",
    token: "token",
    enableAutoPipelining: false,
    responseEncoding: false,
  });
  const result = await outcome(example.call, client);
  if (known) results[example.call] = comparable(example.call, result);
}
connection.close();
server.stop();
const file = new URL("../fixtures/rest/client-results.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
console.log(`${Object.keys(results).length} of ${examples.length} calls`);
