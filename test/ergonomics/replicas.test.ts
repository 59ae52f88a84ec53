/** A global database's lag, as an app meets it: another client reads the past, and its sync token cures it, at every door. */
import { createEmulator, type Emulator } from "kv-emulator";
import { describe, expect, it } from "vitest";
import { doors, type Connect } from "../support/doors.js";

describe.each(Object.entries(doors))("through %s", (_, door) => {
  const start = async (): Promise<{ emulator: Emulator; connect: Connect }> => {
    const emulator = createEmulator({ replicas: { count: 2, lag: "5s" } });
    emulator.clock.freeze();
    return { emulator, connect: await door(emulator) };
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
