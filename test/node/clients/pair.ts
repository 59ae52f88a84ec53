/** The RESP server and a real Redis, side by side. */
import { createEmulator } from "../../../src/emulator.js";
import { startRespServer } from "../../../src/node/resp-server.js";
import { startRedis } from "../../support/redis-server.js";

export interface Pair {
  readonly redis: number;
  readonly emulator: number;
  readonly close: () => Promise<void>;
}

/** The ports of both. */
export async function startPair(): Promise<Pair> {
  const redis = await startRedis();
  const server = await startRespServer(createEmulator());
  return {
    redis: redis.port,
    emulator: server.port,
    close: async () => {
      redis.stop();
      await server.close();
    },
  };
}
