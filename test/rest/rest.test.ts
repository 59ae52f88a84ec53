/** The REST API as Upstash documents it or as it was seen live: routes, arguments, encodings, tokens, statuses, refusals. */
import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator.js";

let emulator: Emulator;
beforeEach(() => {
  emulator = createEmulator({ token: "secret", readOnlyToken: "reader" });
});

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
}

const bearer = { authorization: "Bearer secret" };

async function send(
  target: string,
  { method = "POST", headers = {}, body }: Sent = {},
): Promise<{ status: number; body: string; headers: Headers }> {
  const response = await emulator.fetch(
    new Request(`https://db.example${target}`, {
      method,
      headers: { ...bearer, ...headers },
      ...(body === undefined ? {} : { body }),
    }),
  );
  return { status: response.status, body: await response.text(), headers: response.headers };
}

async function expectReply(sent: ReturnType<typeof send>, status: number, body: unknown) {
  const answer = await sent;
  expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({ status, body });
}

async function syncToken(path: string): Promise<string | null> {
  return (await send(path)).headers.get("upstash-sync-token");
}

describe("a single command", () => {
  it("is a JSON array of its words", async () => {
    await expectReply(send("/", { body: '["SET","k","v"]' }), 200, { result: "OK" });
    await expectReply(send("", { body: '["GET","k"]' }), 200, { result: "v" });
  });

  it("takes numbers and booleans as their text", async () => {
    await send("/", { body: '["MSET","a",100,"b",true,"c",-0.5]' });
    expect(emulator.call("MGET", "a", "b", "c")).toEqual(["100", "true", "-0.5"]);
  });

  it("answers 400 with the command's error", () =>
    expectReply(send("/", { body: '["GET"]' }), 400, {
      error: "ERR wrong number of arguments for 'get' command",
    }));

  it.each([
    ['["GET",null]', "ERR null args are not supported"],
    ['["GET",["a"]]', 'ERR unsupported arg type: "[": json.Delim'],
    ['[["GET","a"]]', 'ERR unsupported arg type: "[": json.Delim'],
    ['["GET",{"a":1}]', 'ERR unsupported arg type: "{": json.Delim'],
    ["", "EOF"],
    ["{}", "expected JSON array"],
    ['"x"', "expected JSON array"],
    ["5", "expected JSON array"],
    ["[]", "ERR empty command"],
  ])("refuses the body %s", (body, error) => expectReply(send("/", { body }), 400, { error }));

  it("prints integers past 2^53 exactly", async () => {
    await send("/", { body: '["SET","k","9223372036854775806"]' });
    expect((await send("/", { body: '["INCR","k"]' })).body).toBe('{"result":9223372036854775807}');
  });

  it("shows bytes that are not UTF-8 as U+FFFD", async () => {
    emulator.call("SET", "k", new Uint8Array([0x61, 0xff]));
    await expectReply(send("/get/k", { method: "GET" }), 200, { result: "a\uFFFD" });
  });

  it("answers 413 for a command above the size limit", async () => {
    const body = JSON.stringify(["SET", "k", "x".repeat(10 * 1024 * 1024)]);
    await expectReply(send("/", { body }), 413, {
      error:
        "ERR max request size exceeded. Limit: 10485760 bytes, Actual: 10485764 bytes. See https://upstash.com/docs/redis/troubleshooting/max_request_size_exceeded for details",
    });
  });
});

describe("a command as a path", () => {
  it.each(["GET", "POST", "PUT"])("runs with %s", async (method) => {
    await expectReply(send("/set/k/v", { method }), 200, { result: "OK" });
    expect(emulator.call("GET", "k")).toBe("v");
  });

  it("decodes each segment", async () => {
    await send("/set/user:1%2F%C3%A4/%7B%7D", { method: "GET" });
    expect(emulator.call("GET", "user:1/ä")).toBe("{}");
  });

  it("takes the body as one more argument, then the query", async () => {
    await send("/set/k?EX=100", { body: '{"a":1}' });
    expect(emulator.call("GET", "k")).toBe('{"a":1}');
    expect(emulator.call("TTL", "k")).toBe(100);
  });

  it("keeps a binary body as it is", async () => {
    await send("/set/k", { body: new Uint8Array([0, 255, 128]) });
    expect(emulator.call("STRLEN", "k")).toBe(3);
  });

  it("takes a query word without a value as one argument", async () => {
    emulator.call("SET", "k", "old");
    await expectReply(send("/set/k/new?NX"), 200, { result: null });
  });
});

describe("/pipeline", () => {
  it("answers each command with its own result or error", () =>
    expectReply(send("/pipeline", { body: '[["SET","k","v"],["INCR","k"],["GET","k"]]' }), 200, [
      { result: "OK" },
      { error: "ERR value is not an integer or out of range" },
      { result: "v" },
    ]));

  it.each([
    ["[]", "ERR empty pipeline request"],
    ["{}", "ERR failed to parse pipeline request"],
    ["[[", "ERR failed to parse pipeline request"],
  ])("refuses the body %s", (body, error) =>
    expectReply(send("/pipeline", { body }), 400, { error }),
  );

  it("answers an empty command with an error of its own", () =>
    expectReply(send("/pipeline", { body: '[["GET","k"],[]]' }), 200, [
      { result: null },
      { error: "ERR empty pipeline command" },
    ]));
});

describe("/multi-exec", () => {
  it("runs all commands, errors of single ones among the results", () =>
    expectReply(send("/multi-exec", { body: '[["SET","k","v"],["INCR","k"],["GET","k"]]' }), 200, [
      { result: "OK" },
      { error: "ERR value is not an integer or out of range" },
      { result: "v" },
    ]));

  it("runs nothing when one command is malformed", async () => {
    await expectReply(send("/multi-exec", { body: '[["SET","k","v"],["NOSUCH"]]' }), 400, {
      error:
        "ERR Command is not available: 'NOSUCH'. See https://upstash.com/docs/redis/overall/rediscompatibility for details",
    });
    expect(emulator.call("EXISTS", "k")).toBe(0);
  });
});

describe("Upstash-Encoding: base64", () => {
  const headers = { "Upstash-Encoding": "base64" };

  it("leaves the status OK and encodes a stored OK", async () => {
    await expectReply(send("/set/k/OK", { headers }), 200, { result: "OK" });
    await expectReply(send("/get/k", { headers }), 200, { result: "T0s=" });
  });

  it("encodes other statuses", async () => {
    await expectReply(send("/ping", { headers }), 200, { result: "UE9ORw==" });
    await expectReply(send("/type/k", { headers }), 200, { result: "bm9uZQ==" });
  });

  it("encodes bytes, at every depth, and leaves numbers and null", async () => {
    emulator.call("RPUSH", "list", new Uint8Array([255]), "OK");
    await expectReply(send("/lmpop/2/none/list/left/count/9", { headers }), 200, {
      result: ["bGlzdA==", ["/w==", "T0s="]],
    });
    await expectReply(send("/mget/none", { headers }), 200, { result: [null] });
  });

  it("leaves errors as text", () =>
    expectReply(send("/get", { headers }), 400, {
      error: "ERR wrong number of arguments for 'get' command",
    }));
});

describe("Upstash-Response-Format: resp2", () => {
  const headers = { "Upstash-Response-Format": "resp2" };

  it("answers with the bytes of RESP2", async () => {
    const { body, headers: received } = await send("/set/k/bar", { headers });
    expect(body).toBe("+OK\r\n");
    expect(received.get("content-type")).toBe("application/octet-stream");
    expect((await send("/get/k", { headers })).body).toBe("$3\r\nbar\r\n");
  });

  it("is ignored by /multi-exec", () =>
    expectReply(send("/multi-exec", { headers, body: '[["ECHO","x"]]' }), 200, [{ result: "x" }]));
});

describe("tokens", () => {
  const wrong =
    "WRONGPASS invalid or missing auth token. See https://docs.upstash.com/redis/troubleshooting/http_unauthorized for details.";

  it.each(["Bearer secret", "bearer secret", "secret"])("lets %j in", async (authorization) => {
    expect((await send("/ping", { headers: { authorization } })).status).toBe(200);
  });

  it.each(["Bearer other", ""])("answers %j with 401", (authorization) =>
    expectReply(send("/ping", { headers: { authorization } }), 401, { error: wrong }),
  );

  it("takes _token from the query, before the header, and not as an argument", async () => {
    await expectReply(send("/echo/x?_token=secret", { headers: { authorization: "no" } }), 200, {
      result: "x",
    });
    await expectReply(send("/echo/x?_token=no"), 401, { error: wrong });
  });

  it("lets everybody in where none is set", async () => {
    const open = createEmulator();
    const response = await open.fetch(new Request("https://db.example/ping"));
    expect(await response.json()).toEqual({ result: "PONG" });
  });

  describe("for reads only", () => {
    const headers = { authorization: "Bearer reader" };

    it("runs reads", () => expectReply(send("/get/k", { headers }), 200, { result: null }));

    it.each(["set", "scan", "keys", "flushall"])("refuses %s", (command) =>
      expectReply(send(`/${command}/k${command === "set" ? "/v" : ""}`, { headers }), 400, {
        error: `NOPERM this user has no permissions to run the '${command}' command or its subcommand`,
      }),
    );
  });
});

describe("refusals", () => {
  it.each(["MULTI", "EXEC", "WATCH", "SUBSCRIBE", "AUTH", "HELLO", "CLIENT", "MONITOR"])(
    "%s is not for REST",
    (name) =>
      expectReply(send(`/${name.toLowerCase()}/x`), 400, {
        error: `ERR Command "${name}" is not allowed in REST or it has a special context path`,
      }),
  );

  it.each([
    ["notacmd", "NOTACMD"],
    ["lcs/a/b", "LCS"],
    ["object/encoding/k", "OBJECT"],
    ["memory/stats", "MEMORY STATS"],
    ["slowlog/get", "SLOWLOG"],
  ])("/%s is not available", (path, name) =>
    expectReply(send(`/${path}`), 400, {
      error: `ERR Command is not available: '${name}'. See https://upstash.com/docs/redis/overall/rediscompatibility for details`,
    }),
  );

  it("says so where Upstash has a command and the emulator does not", () =>
    expectReply(send("/search.create/index"), 400, {
      error:
        "ERR kv-emulator does not implement 'SEARCH.CREATE' yet: its docs/commands.md lists what it does",
    }));
});

describe("HTTP", () => {
  it.each(["DELETE", "PATCH"])("answers %s with 405 and no body", async (method) => {
    const { status, body } = await send("/ping", { method });
    expect({ status, body }).toEqual({ status: 405, body: "" });
  });

  it("answers a CORS preflight", async () => {
    const { status, headers } = await send("/", {
      method: "OPTIONS",
      headers: { origin: "https://app.example", "access-control-request-headers": "authorization" },
    });
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "HEAD, GET, POST, PUT",
      "access-control-allow-headers": "authorization",
    });
  });

  it("gives a sync token that changes with every write and with no read", async () => {
    const first = await syncToken("/set/k/1");
    expect(await syncToken("/get/k")).toBe(first);
    expect(await syncToken("/incr/k")).not.toBe(first);
  });
});
