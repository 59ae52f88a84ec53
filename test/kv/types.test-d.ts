/** The doubles stand in for the real modules without a cast. */
import type * as upstash from "@upstash/redis";
import type * as vercel from "@vercel/kv";
import { describe, expectTypeOf, it } from "vitest";
import type * as kvDouble from "../../src/kv/kv.js";
import type * as upstashDouble from "../../src/kv/upstash.js";
import type { Emulator, PlainReply } from "../../src/index.js";

describe("the doubles", () => {
  it("have the types of @vercel/kv", () => {
    expectTypeOf<typeof kvDouble>().toExtend<typeof vercel>();
    expectTypeOf<kvDouble.VercelKV>().toExtend<vercel.VercelKV>();
    expectTypeOf<typeof kvDouble.kv>().toExtend<typeof vercel.kv>();
    expectTypeOf<typeof kvDouble.default>().toExtend<typeof vercel.default>();
  });

  it("have the types of @upstash/redis", () => {
    expectTypeOf<typeof upstashDouble>().toExtend<Pick<typeof upstash, "Redis" | "errors">>();
    expectTypeOf<upstashDouble.Redis>().toExtend<upstash.Redis>();
    expectTypeOf<typeof upstashDouble.Redis.fromEnv>().toExtend<typeof upstash.Redis.fromEnv>();
  });
});

describe("the emulator", () => {
  it("shows no any", () => {
    expectTypeOf<Emulator["call"]>().returns.toEqualTypeOf<PlainReply>();
    expectTypeOf<Emulator["fetch"]>().returns.toEqualTypeOf<Promise<Response>>();
  });
});
