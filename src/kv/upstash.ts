/**
 * A double of `@upstash/redis`: its own client class, with an emulator where its HTTP was. Auto-pipelining, parsing, errors and
 * types are the production client's. The class comes from the package's build for Cloudflare, which shares the client with the one for
 * Node: a test that mocks `@upstash/redis` with this module must not find the mock when it loads the real client.
 */
import type { RedisConfigNodejs, Requester } from "@upstash/redis";
import { errors, Redis as UpstashRedis } from "@upstash/redis/cloudflare";
import type { Backend } from "../rest/backend.js";
import { emulator as defaultEmulator } from "../default-emulator.js";
import { noteCall } from "../testing/lint-site.js";
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
    const { responseEncoding, cache, automaticDeserialization } = configOrRequester;
    const options = {
      responseEncoding,
      cache,
      automaticDeserialization,
      url,
      name: name ?? ownName,
    };
    answerInProcess(this.client, emulator, options);
    this.pipeline = noting(this.pipeline, emulator);
    this.multi = noting(this.multi, emulator);
  }

  /** A client whatever the environment holds. */
  static override fromEnv(config: RedisConfig | Readonly<Record<string, string>> = {}): Redis {
    return new Redis(config);
  }
}

/** Pipelines, the client's own too, that note where each command is called: lint wants to know, and their request comes too late for it. */
function noting<Made extends object>(make: () => Made, emulator: Backend): () => Made {
  return () => {
    const pipeline = make();
    if (emulator.linter === undefined) return pipeline;
    const chain: unknown = Reflect.get(pipeline, "chain");
    if (typeof chain !== "function") return pipeline;
    const noted = (command: { readonly command: object }): unknown => {
      noteCall(command.command);
      return Reflect.apply(chain, pipeline, [command]);
    };
    return Object.assign(pipeline, { chain: noted });
  };
}
