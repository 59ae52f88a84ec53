/** A global database's lag, as an app meets it: another client reads the past, and its sync token cures it, at every door. */
import { Redis } from "@upstash/redis";
import { createEmulator, interceptFetch, type Emulator } from "kv-emulator";
import { kvHandlers } from "kv-emulator/msw";
import { startServer } from "kv-emulator/node";
import { Redis as Double } from "kv-emulator/upstash";
import { setupServer } from "msw/node";
import { afterEach, describe, expect, it } from "vitest";

const connection = { url: "https://db.upstash.io", token: "secret" };
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** Makes clients of an emulator. */
type Connect = () => Redis;
const doors: Readonly<Record<string, (emulator: Emulator) => Connect | Promise<Connect>>> = {
  "the double": (emulator) => () => new Double({}, emulator),
  interceptFetch: (emulator) => {
    undo.push(interceptFetch(emulator, connection));
    return () => new Redis(connection);
  },
  MSW: (emulator) => {
    const server = setupServer(...kvHandlers(emulator, connection));
    server.listen();
    undo.push(() => server.close());
    return () => new Redis(connection);
  },
  "the server": async (emulator) => {
    const server = await startServer({ emulator });
    undo.push(() => server.close());
    return () => new Redis({ url: server.url, token: server.token });
  },
};

describe.each(Object.entries(doors))("through %s", (_, open) => {
  const start = async (): Promise<{ emulator: Emulator; connect: Connect }> => {
    const emulator = createEmulator({ replicas: { count: 2, lag: "5s" } });
    emulator.clock.freeze();
    return { emulator, connect: await open(emulator) };
  };

  it("a client reads what it wrote, and another does not yet", async () => {
    const { emulator, connect } = await start();
    const [checkout, page] = [connect(), connect()];
    await checkout.set("order:1", "paid");
    expect(await checkout.get("order:1")).toBe("paid");
    expect(await page.get("order:1")).toBeNull();
    emulator.clock.advance("5s");
    expect(await page.get("order:1")).toBe("paid");
  });

  it("a token handed on with the work lets the other read it", async () => {
    const { connect } = await start();
    const [checkout, page] = [connect(), connect()];
    await checkout.set("order:1", "paid");
    page.readYourWritesSyncToken = checkout.readYourWritesSyncToken;
    expect(await page.get("order:1")).toBe("paid");
  });

  it("a test may end the lag", async () => {
    const { emulator, connect } = await start();
    const [checkout, page] = [connect(), connect()];
    await checkout.lpush("jobs", "one");
    expect(await page.llen("jobs")).toBe(0);
    emulator.replicate();
    expect(await page.llen("jobs")).toBe(1);
  });
});
