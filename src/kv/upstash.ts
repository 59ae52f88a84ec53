/**
 * A double of `@upstash/redis`: its own client class, with an emulator where its HTTP was. Auto-pipelining, parsing, errors and
 * types are the production client's. The class comes from the package's build for Cloudflare, which shares the client with the one for
 * Node: a test that mocks `@upstash/redis` with this module must not find the mock when it loads the real client.
 */
import type { RedisConfigNodejs, Requester } from "@upstash/redis";
import { errors, Redis as UpstashRedis } from "@upstash/redis/cloudflare";
import type { Backend } from "../rest/backend.js";
import { emulator as defaultEmulator } from "../default-emulator.js";
import { answerInProcess } from "./requester.js";

export { defaultEmulator as emulator, errors };

/** What the client's constructor wants and the double never uses. */
const PLACEHOLDER = { url: "https://kv-emulator.test", token: "kv-emulator" };

/** The client's configuration; URL and token do not matter. */
export type RedisConfig = Partial<RedisConfigNodejs>;

export class Redis extends UpstashRedis {
  /**
   * All clients work on the module's `emulator` unless they are given one of their own. A requester is used as the real client uses
   * it.
   */
  constructor(
    configOrRequester: RedisConfig | Requester = {},
    emulator: Backend = defaultEmulator,
  ) {
    if ("request" in configOrRequester) {
      super({ ...PLACEHOLDER, enableAutoPipelining: false });
      this.client = configOrRequester;
      return;
    }
    super({ ...configOrRequester, ...PLACEHOLDER });
    answerInProcess(this.client, emulator, configOrRequester);
  }

  /** A client whatever the environment holds. */
  static override fromEnv(config: RedisConfig | Readonly<Record<string, string>> = {}): Redis {
    return new Redis(config);
  }
}
