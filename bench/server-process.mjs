// What `npm run bench -- --server` measures, in a process of its own: `kv-emulator`'s servers, or a bare node:http server that answers a
// constant. It tells where it listens, and how large its heap is whenever it is asked.
import { createServer } from "node:http";
import { startServer } from "../dist/node.js";

const [kind] = process.argv.slice(2);

const CONSTANT = '{"result":"v"}';

async function bare() {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(CONSTANT);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { http: server.address().port };
}

async function emulator() {
  const server = await startServer({ token: "token" });
  server.emulator.call("SET", "k", "v");
  return { http: Number(new URL(server.url).port), resp: Number(new URL(server.redisUrl).port) };
}

process.on("message", () => {
  globalThis.gc();
  process.send({ heap: process.memoryUsage().heapUsed });
});
process.send(await (kind === "bare" ? bare() : emulator()));
