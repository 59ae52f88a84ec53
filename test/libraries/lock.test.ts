/** @upstash/lock, unchanged. */
import { Lock } from "@upstash/lock";
import { expect, it } from "vitest";
import { pass } from "../examples/support.js";
import { describeOnClients, emulator, redis } from "./clients.js";

const once = { attempts: 1, delay: 1 };

describeOnClients("Lock", () => {
  it("is held by one at a time", async () => {
    const one = new Lock({ id: "l", redis, retry: once });
    const other = new Lock({ id: "l", redis, retry: once });
    expect(await one.acquire()).toBe(true);
    expect(await other.acquire()).toBe(false);
    expect(await one.getStatus()).toBe("ACQUIRED");
    expect(await other.getStatus()).toBe("FREE");
  });

  it("is released by its holder alone", async () => {
    const one = new Lock({ id: "l", redis, retry: once });
    const other = new Lock({ id: "l", redis, retry: once });
    await one.acquire();
    expect(await other.release()).toBe(false);
    expect(await one.release()).toBe(true);
    expect(await one.release()).toBe(false);
    expect(await other.acquire()).toBe(true);
  });

  it("is lost when its lease is over", async () => {
    const one = new Lock({ id: "l", redis, lease: 5000, retry: once });
    const other = new Lock({ id: "l", redis, retry: once });
    await one.acquire();
    pass({ seconds: 4.999 });
    expect(await other.acquire()).toBe(false);
    pass({ seconds: 0.001 });
    expect(await other.acquire()).toBe(true);
    expect(await one.release()).toBe(false);
    expect(await one.getStatus()).toBe("FREE");
  });

  it("is extended by its holder", async () => {
    const one = new Lock({ id: "l", redis, lease: 5000, retry: once });
    await one.acquire();
    expect(await one.extend(10_000)).toBe(true);
    expect(emulator.call("PTTL", "l")).toBe(15_000);
    pass({ seconds: 15 });
    expect(await one.extend(10_000)).toBe(false);
  });

  it("is not extended by a part of a second, as in Redis", async () => {
    const one = new Lock({ id: "l", redis, lease: 5000, retry: once });
    await one.acquire();
    await expect(one.extend(1500)).rejects.toThrow("value is not an integer or out of range");
  });

  it("is tried again until it is free", async () => {
    const one = new Lock({ id: "l", redis, lease: 1000, retry: once });
    const other = new Lock({ id: "l", redis, retry: { attempts: 50, delay: 2 } });
    await one.acquire();
    const waiting = other.acquire();
    pass({ seconds: 1 });
    expect(await waiting).toBe(true);
  });

  it("is taken under a name of the caller's own", async () => {
    const one = new Lock({ id: "l", redis });
    await one.acquire({ uuid: "me", lease: 2000 });
    expect(emulator.call("GET", "l")).toBe("me");
    expect(emulator.call("PTTL", "l")).toBe(2000);
  });
});
