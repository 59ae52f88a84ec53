import { kv } from "@vercel/kv";
import { emulator } from "kv-emulator/kv";
import { beforeEach, expect, test, vi } from "vitest";

vi.mock("@vercel/kv", () => import("kv-emulator/kv"));
beforeEach(() => emulator.reset());

test("a session ends after an hour", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  await kv.set("session:1", { user: "ada" }, { ex: 3600 });

  vi.advanceTimersByTime(3_599_999);
  expect(await kv.get("session:1")).toEqual({ user: "ada" });

  vi.advanceTimersByTime(1);
  expect(await kv.get("session:1")).toBeNull();
});
