/**
 * A double of `@upstash/redis`: its own client class, with an emulator where its HTTP was. Auto-pipelining, parsing, errors and
 * types are the production client's.
 */
import { Redis as UpstashRedis, type RedisConfigNodejs, type Requester } from "@upstash/redis";
import type { Emulator } from "../emulator.js";
import { emulator as defaultEmulator } from "./default-emulator.js";
import { answerInProcess } from "./requester.js";

export * from "@upstash/redis";
export { defaultEmulator as emulator };

/** What the client's constructor wants and the double never uses. */
const PLACEHOLDER = { url: "https://kv-emulator.test", token: "kv-emulator" };

export class Redis extends UpstashRedis {
  /**
   * Takes the client's own configuration; URL and token do not matter. All clients work on the module's `emulator` unless they are
   * given one of their own. A requester is used as the real client uses it.
   */
  constructor(
    configOrRequester: Partial<RedisConfigNodejs> | Requester = {},
    emulator: Emulator = defaultEmulator,
  ) {
    if ("request" in configOrRequester) {
      super(configOrRequester);
      return;
    }
    super({ ...configOrRequester, ...PLACEHOLDER });
    answerInProcess(this.client, emulator, configOrRequester);
  }

  /** A client whatever the environment holds. */
  static override fromEnv(config: Omit<RedisConfigNodejs, "url" | "token"> = {}): Redis {
    return new Redis(config);
  }
}
