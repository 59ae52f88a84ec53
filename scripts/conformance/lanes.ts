/** Several Redis servers side by side, so that one works while the engine answers another's commands; half in RESP2, half in RESP3. */
import { startRedis } from "../../test/support/redis-server.js";

export interface Lane {
  /** The file of the server's Unix socket. */
  readonly socket: string;
  readonly version: 2 | 3;
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly close: () => void;
}

export async function startLanes(): Promise<Lanes> {
  const versions = [2, 3, 2, 3] as const;
  const servers = await Promise.all(versions.map(() => startRedis()));
  return {
    lanes: servers.map(({ socket }, index) => ({ socket, version: versions[index] ?? 2 })),
    close: () => {
      for (const server of servers) server.stop();
    },
  };
}
