import { describeConformance, upstashTarget } from "kv-emulator/conformance";
import { createKv } from "kv-emulator/kv";

describeConformance("the double of @vercel/kv", () => upstashTarget(createKv().kv), { runs: 50 });
