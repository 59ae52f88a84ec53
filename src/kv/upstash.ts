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
import { nextAddress } from "./wire.js";

export { defaultEmulator as emulator, errors };

/** What the client's constructor wants and the double does not. */
const TOKEN = "kv-emulator";

/** The client's configuration; URL and token do not matter. */
export type RedisConfig = Partial<RedisConfigNodejs>;

export class Redis extends UpstashRedis {
  /**
   * All clients work on the module's `emulator` unless they are given one of their own. A requester is used as the real client uses
   * it. To faults and to the emulator's log the client is `name`, `double-1`, `double-2` … unless told.
   */
  constructor(
    configOrRequester: RedisConfig | Requester = {},
    emulator: Backend = defaultEmulator,
    name?: string,
  ) {
    const { url, name: ownName } = nextAddress();
    if ("request" in configOrRequester) {
      super({ url, token: TOKEN, enableAutoPipelining: false });
      this.client = configOrRequester;
      return;
    }
    super({ ...configOrRequester, url, token: TOKEN });
    const { responseEncoding } = configOrRequester;
    answerInProcess(this.client, emulator, { responseEncoding, url, name: name ?? ownName });
  }

  /** A client whatever the environment holds. */
  static override fromEnv(config: RedisConfig | Readonly<Record<string, string>> = {}): Redis {
    return new Redis(config);
  }
}
