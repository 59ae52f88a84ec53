/** The command as a shell runs it: what it prints, what it exits with, and what stays on the disk. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createClient } from "@vercel/kv";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startCluster, type RedisCluster } from "../support/redis-cluster.js";
import { startRedis } from "../support/redis-server.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CLI = ["--import", "tsx", join(root, "src/node/cli/cli.ts")];

let directory = "";
const running = new Set<ChildProcess>();
const clients = new Set<Redis>();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "kv-emulator-"));
});

afterEach(async () => {
  for (const redis of clients) redis.disconnect();
  clients.clear();
  for (const child of running) {
    child.kill("SIGKILL");
    await once(child, "close");
  }
  rmSync(directory, { recursive: true });
});

interface Outcome {
  /** As a shell sees it: 128 and the signal's number for a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess;
  /** What the first line of stdout tells, which is JSON. */
  readonly told: () => Promise<Told>;
  readonly ended: Promise<Outcome>;
}

interface Told {
  readonly url: string;
  readonly redisUrl: string;
  readonly token: string;
  readonly readOnlyToken: string;
  readonly env: Readonly<Record<string, string>>;
}

function start(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [...CLI, ...args], { cwd: root });
  running.add(child);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const firstLine = once(createInterface(child.stdout), "line");
  const told = async (): Promise<Told> => JSON.parse(String(await firstLine));
  const ended = once(child, "close").then(([exitCode]: (number | null)[]) => {
    running.delete(child);
    return { exitCode: exitCode ?? null, stdout, stderr };
  });
  return { child, told, ended };
}

const run = (...args: readonly string[]): Promise<Outcome> => start(...args).ended;

/** The command's end after a signal. */
function stop({ child, ended }: Running, signal: NodeJS.Signals = "SIGTERM"): Promise<Outcome> {
  child.kill(signal);
  return ended;
}

function client({ redisUrl }: Pick<Told, "redisUrl">): Redis {
  const redis = new Redis(redisUrl, {
    retryStrategy: () => null,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  clients.add(redis);
  return redis;
}

function path(name: string): string {
  return join(directory, name);
}

function write(name: string, content: unknown): string {
  writeFileSync(path(name), JSON.stringify(content));
  return path(name);
}

describe("kv-emulator", () => {
  it("serves both protocols until a signal comes, and tells scripts where", async () => {
    const server = start("--json", "--token", "secret", "--read-only-token", "reader");
    const { url, redisUrl, token, readOnlyToken, env } = await server.told();
    await createClient({ url, token }).set("k", "v");
    const redis = client({ redisUrl });
    expect(await redis.get("k")).toBe("v");
    expect(token).toBe("secret");
    expect(readOnlyToken).toBe("reader");
    expect(env).toEqual({
      KV_URL: redisUrl,
      KV_REST_API_URL: url,
      KV_REST_API_TOKEN: "secret",
      KV_REST_API_READ_ONLY_TOKEN: "reader",
      UPSTASH_REDIS_REST_URL: url,
      UPSTASH_REDIS_REST_TOKEN: "secret",
    });
    expect(await stop(server, "SIGINT")).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("prints variables for .env.local on stdout, and all else on stderr", async () => {
    const server = start("--token", "secret");
    await once(server.child.stdout ?? server.child, "data");
    const { stdout, stderr } = await stop(server, "SIGHUP");
    expect(stdout).toMatch(/^(?:[A-Z_]+="[^"]+"\n){6}$/);
    expect(stdout).toContain('KV_REST_API_TOKEN="secret"\n');
    expect(stderr).toMatch(/^kv-emulator \d+\.\d+\.\d+ is up\. For \.env\.local:\n/);
  });

  it("keeps the data in a file that begins with the seed", async () => {
    const data = path("data.kv");
    const files = ["--data", data, "--seed", write("seed.json", { greeting: "hello" })];
    const first = start("--json", ...files);
    const kv = createClient(await first.told());
    expect(await kv.get("greeting")).toBe("hello");
    await kv.set("greeting", "changed", { ex: 100 });
    expect(await stop(first)).toMatchObject({ exitCode: 0 });

    const second = start("--json", ...files);
    const again = createClient(await second.told());
    expect(await again.get("greeting")).toBe("changed");
    expect(await again.ttl("greeting")).toBeGreaterThan(0);
    const { stderr } = await stop(second);
    expect(stderr).toBe(`${path("seed.json")} is left out: ${data} holds data already\n`);
    expect(readdirSync(directory).sort()).toEqual(["data.kv", "seed.json"]);
  });

  it("ends without harm to a file that holds no data of its own", async () => {
    const file = write("notes.json", { my: "notes" });
    const { exitCode, stderr } = await run("--data", file);
    expect(stderr).toBe(`error: ${file} is no data file of kv-emulator; choose another file\n`);
    expect(exitCode).toBe(1);
    expect(readFileSync(file, "utf8")).toBe('{"my":"notes"}');
  });

  it("tells of a seed where it is wrong", async () => {
    const file = write("seed.json", { board: { $type: "zset", value: { ada: "x" } } });
    const { exitCode, stderr } = await run("--seed", file);
    expect(stderr).toBe(
      `error: ${file}: board.value.ada: "x" is no score; write a number, "inf" or "-inf"\n`,
    );
    expect(exitCode).toBe(1);
  });

  it("lets the clock stand still, and answers RESP as Upstash if told to", async () => {
    const server = start("--json", "--clock", "2026-01-01T00:00:00Z", "--profile", "upstash");
    const redis = client(await server.told());
    expect(await redis.time()).toEqual(["1767225600", "0"]);
    expect(await redis.call("COMMAND")).toEqual([]);
    expect(await stop(server)).toMatchObject({ exitCode: 0 });
  });

  it("enforces the limits of a plan if told to", async () => {
    const server = start("--json", "--plan", "free");
    const redis = client(await server.told());
    await expect(redis.get("k".repeat(32_769))).rejects.toThrow(
      "ERR max key size exceeded. Limit: 32768 bytes, Actual: 32769 bytes",
    );
    expect(await stop(server)).toMatchObject({ exitCode: 0 });
  });

  it("logs commands with their keys, and no secrets or values", async () => {
    const server = start("--json", "--log", "--token", "secret");
    const told = await server.told();
    const redis = client(told);
    await redis.set("user:1", "hidden");
    await redis.mget("a", "b", "c", "d", "e", "f");
    await redis.call("ACL", "SETUSER", "eve", ">hidden");
    await redis.call("HELLO", "2", "AUTH", "default", "secret");
    await createClient(told).set("a key\n", "hidden");
    const { stderr } = await stop(server);
    expect(stderr.replaceAll(/^\d\d:\d\d:\d\d\.\d{3} /gm, "")).toBe(
      [
        "resp AUTH",
        "resp SET user:1",
        "resp MGET a b c d … 2 more",
        "resp ACL SETUSER",
        "resp HELLO",
        'rest SET "a key\\n"\n',
      ].join("\n"),
    );
  });

  it("tells of a port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const [rest, resp] = await Promise.all([run("--port", port), run("--redis-port", port)]);
    other.close();
    const taken = `error: port ${port} of 127.0.0.1 is taken; end the program that listens there, or choose another with`;
    expect(rest.stderr).toBe(`${taken} --port (0 for any free one)\n`);
    expect(resp.stderr).toBe(`${taken} --redis-port (0 for any free one)\n`);
    expect([rest.exitCode, resp.exitCode]).toEqual([1, 1]);
  });

  it("exits with 2 for what it does not understand", async () => {
    const outcomes = await Promise.all([
      run("--port", "x"),
      run("--prot", "1"),
      run("--clock", "noon"),
      run("--token", "a b"),
      run("--token", "a", "--read-only-token", "a"),
      run("next", "dev"),
      run("exec"),
    ]);
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2, 2, 2, 2]);
    expect(outcomes.map(({ stderr }) => stderr.split("\n")[0])).toEqual([
      "error: option '--port <port>' argument 'x' is invalid. A port is a number from 1 to 65535, or 0 for any free one.",
      "error: unknown option '--prot'",
      "error: option '--clock <time>' argument 'noon' is invalid. A time looks like 2026-01-01T00:00:00Z.",
      "error: option '--token <token>' argument 'a b' is invalid. A token has letters, digits and -._~+/= only.",
      "error: --token and --read-only-token are the same; give each its own",
      "error: unknown command 'next'; to run a program with the servers, write: kv-emulator exec -- next dev",
      "error: missing required argument 'command'",
    ]);
  });

  it("refuses with a backend what is the emulator's own", async () => {
    const given = [
      "--redis-port",
      "--profile",
      "--seed",
      "--data",
      "--clock",
      "--record",
      "--plan",
    ];
    const values: Readonly<Record<string, readonly string[]>> = {
      "--redis-port": ["0"],
      "--profile": ["redis"],
      "--clock": ["2026-01-01"],
      "--plan": ["free"],
    };
    const outcomes = await Promise.all(
      given.map((option) =>
        run("--backend", "redis://127.0.0.1:1", option, ...(values[option] ?? ["file"])),
      ),
    );
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(given.map(() => 2));
    expect(outcomes.map(({ stderr }) => stderr.split("\n")[0])).toEqual(
      given.map(
        (option) =>
          `error: ${option} is for the emulator: the Redis behind --backend has its own data, clock and port; leave ${option} out`,
      ),
    );
    const [word, secret, split] = await Promise.all([
      run("--backend", "redis://127.0.0.1:1", "next", "dev"),
      run("--backend", "http://user:secret@host"),
      run("--seed", "file", "exec", "--backend", "redis://127.0.0.1:1", "--", "next"),
    ]);
    expect(word.stderr).toMatch(/^error: --backend: "next" is no URL of a Redis; pass one like/);
    expect(secret.stderr).toMatch(/^error: --backend: "http:\/\/…@host" is no URL of a Redis;/);
    expect([word.exitCode, secret.exitCode]).toEqual([2, 2]);
    expect(split.stderr).toMatch(/^error: --seed is for the emulator/);
  });

  it("tells its version and what it can do", async () => {
    const [version, help] = await Promise.all([run("--version"), run("--help")]);
    expect(version).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toMatch(/--port[^]*exec \[options\][^]*Exit codes:/);
  });
});

describe("kv-emulator --backend", () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startCluster(1);
  });

  afterAll(() => cluster.stop());

  it("serves REST before a Redis, which outlives it", async () => {
    const redis = await startRedis();
    const redisUrl = `redis://127.0.0.1:${redis.port}`;
    const server = start("--json", "--log", "--backend", redisUrl, "--token", "secret");
    const told = await server.told();
    expect(told).toMatchObject({ redisUrl, token: "secret", env: { KV_URL: redisUrl } });
    await createClient(told).set("k", "v");
    const { exitCode: stopped, stderr } = await stop(server);
    expect([stopped, stderr.slice("12:30:01.250 ".length)]).toEqual([0, "rest SET k\n"]);
    expect(await client({ redisUrl }).get("k")).toBe("v");

    const script = `
      const { KV_REST_API_URL: url, KV_REST_API_TOKEN: token } = process.env;
      const headers = { authorization: "Bearer " + token };
      const response = await fetch(url + "/get/k", { headers });
      console.log(process.env.KV_URL, await response.text());`;
    const command = [process.execPath, "--input-type", "module", "--eval", script];
    const { stdout, exitCode } = await run("exec", "--backend", redisUrl, "--", ...command);
    expect(stdout).toBe(`${redisUrl} {"result":"v"}\n`);
    expect(exitCode).toBe(0);
    redis.stop();
  });

  it.each(["with a comma", "as two words", "as two options"])(
    "takes the nodes of a cluster, written %s",
    async (how) => {
      const urls = ["redis://127.0.0.1:1", ...cluster.urls];
      const written: Readonly<Record<string, readonly string[]>> = {
        "with a comma": [urls.join(",")],
        "as two words": urls,
        "as two options": [...urls.slice(0, 1), "--backend", ...urls.slice(1)],
      };
      const server = start("--json", "--backend", ...(written[how] ?? []));
      await createClient(await server.told()).set("k", how);
      expect(await cluster.on(0, "GET", "k")).toBe(how);
      expect(await stop(server)).toMatchObject({ exitCode: 0 });
    },
  );
});

describe("kv-emulator exec", () => {
  it("runs an app on the real client, and leaves no process", async () => {
    const app = join(root, "examples/app.mjs");
    const exec = spawn(process.execPath, [...CLI, "exec", "--", process.execPath, app], {
      cwd: root,
      detached: true,
    });
    running.add(exec);
    let stdout = "";
    exec.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    const [exitCode]: unknown[] = await once(exec, "close");
    running.delete(exec);
    expect(stdout).toBe("{ name: 'Ada', visits: 1 }\n");
    expect(exitCode).toBe(0);
    // The processes of its group: it leads one of its own.
    expect(() => process.kill(-(exec.pid ?? 0), 0)).toThrow("ESRCH");
  });

  it("runs a command with the variables, and its options are the command's own", async () => {
    const script = "console.log(process.env.KV_REST_API_TOKEN, process.argv.slice(1).join(' '))";
    const command = [process.execPath, "--eval", script, "--", "--token", "own"];
    const { stdout, exitCode } = await run("exec", "--token", "secret", "--", ...command);
    expect(stdout).toBe("secret --token own\n");
    expect(exitCode).toBe(0);
  });

  it("ends as the command does, and saves", async () => {
    const data = path("data.kv");
    const script = `
      const { KV_REST_API_URL: url, KV_REST_API_TOKEN: token } = process.env;
      const headers = { authorization: "Bearer " + token };
      fetch(url + "/set/from/command", { headers }).then(() => process.exit(7));`;
    const first = await run("exec", "--data", data, "--", process.execPath, "--eval", script);
    expect(first.exitCode).toBe(7);
    const second = start("--json", "--data", data);
    expect(await createClient(await second.told()).get("from")).toBe("command");
    await stop(second);
  });

  it("exits with 128 and the number of the signal that has ended the command", async () => {
    const script = "process.kill(process.pid, 'SIGKILL')";
    expect((await run("exec", process.execPath, "--eval", script)).exitCode).toBe(137);
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("passes %s on", async (signal) => {
    const script = `
      process.on("${signal}", () => { console.log("${signal}"); process.exit(5); });
      setInterval(() => undefined, 1000);
      console.log("ready");`;
    const command = start("exec", "--", process.execPath, "--eval", script);
    await once(command.child.stdout ?? command.child, "data");
    expect(await stop(command, signal)).toEqual({
      exitCode: 5,
      stdout: `ready\n${signal}\n`,
      stderr: "",
    });
  });

  it("exits with 127 where there is no such command, and with 126 where it is no program", async () => {
    const [missing, noProgram] = await Promise.all([
      run("exec", "--", "no-such-command"),
      run("exec", "--", write("data.json", {})),
    ]);
    expect(missing.stderr).toBe(
      'error: there is no command "no-such-command"; install it, or write its path\n',
    );
    expect(missing.exitCode).toBe(127);
    expect(noProgram.stderr).toContain("can not be run");
    expect(noProgram.exitCode).toBe(126);
  });

  it("records what happens, and runs it again", async () => {
    const file = join(directory, "run.jsonl");
    const program = `fetch(process.env.KV_REST_API_URL + "/incr/hits", { headers: { authorization: "Bearer " + process.env.KV_REST_API_TOKEN } })`;
    const command = ["exec", "--record", file, "--", process.execPath, "-e", program];
    expect(await run(...command)).toMatchObject({ exitCode: 0 });
    expect(await run("replay", file)).toMatchObject({
      exitCode: 0,
      stdout: `${file}: 1 calls, all answered as recorded\n`,
    });
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(String.raw`":1\r\n"`, String.raw`":7\r\n"`),
    );
    const { exitCode, stderr } = await run("replay", file);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(String.raw`is answered otherwise: "incr" "hits"`);
  });
});
