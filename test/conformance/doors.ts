/**
 * The doors that speak Upstash, each on an emulator of its own with one seed and a clock that stands still, so that equal commands have
 * equal effects, random ones too. A REST door answers with the JSON text of all outcomes, because JSON.parse would round integers; a
 * client door answers with JavaScript values.
 */
import { Redis as RealClient } from "@upstash/redis";
import { setupServer } from "msw/node";
import { bytes, text, utf8 } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import { findMethod, type ClientCall } from "../../src/conformance/client-calls.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { Redis, type RedisConfig } from "../../src/kv/upstash.js";
import { kvHandlers } from "../../src/msw/handlers.js";
import { interceptFetch } from "../../src/rest/intercept-fetch.js";

/** A command's words as an app has them: text that may hold half of a surrogate pair. */
export type Words = readonly string[];

const THE_YEAR_2024 = Date.UTC(2024);

export function freshEmulator(): Emulator {
  return createEmulator({ clock: manualClock(THE_YEAR_2024), seed: 7 });
}

export interface RestDoor {
  readonly name: string;
  /** Runs commands in order; answers with a JSON array of `{"result":…}` and `{"error":…}`. */
  run(emulator: Emulator, commands: readonly Words[], spelling?: Spelling): Promise<string>;
  /** Commands that it does not answer as the other doors do. */
  readonly exceptions: readonly Exception[];
}

export interface Exception {
  readonly reason: string;
  /** Commands that show it. */
  readonly witness: readonly Words[];
  readonly holdsFor: (words: Words) => boolean;
}

/** Where a command's words go when they are no JSON: so many into the path, perhaps one into the body, the others into the query. */
export interface Spelling {
  readonly inPath: number;
  readonly body: boolean;
}

const IN_PATH: Spelling = { inPath: Infinity, body: false };

/** The door that the others are compared with. */
export const jsonDoor: RestDoor = commandByCommand("a POST for each command", (emulator, words) =>
  single(emulator, "/", posted(JSON.stringify(words))),
);

const base64Door = commandByCommand("one that asks for base64", async (emulator, words) => {
  const request = posted(JSON.stringify(words), { "Upstash-Encoding": "base64" });
  return decoded(await single(emulator, "/", request));
});

const literalDoor = commandByCommand("one with numbers and booleans bare", (emulator, words) =>
  single(emulator, "/", posted(`[${words.map(literal).join(" , ")}]`)),
);

const pathDoor: RestDoor = {
  ...commandByCommand("a path for each command", (emulator, words, spelling) => {
    const { path, body, query } = spell(words, spelling);
    const target = `/${path.map(percent).join("/")}/${query === "" ? "" : `?${query}`}`;
    return single(emulator, target, body === "" ? {} : posted(body));
  }),
  exceptions: [
    {
      reason:
        "the words . and .. can not be segments, also percent-encoded; they name a folder and the one above (URL Standard)",
      witness: [["ECHO", ".."]],
      holdsFor: (words) => words.some((word) => word === "." || word === ".."),
    },
  ],
};

const pipelineDoor = allAtOnce("one POST to /pipeline", "/pipeline");

/** Answers with a single error where the transaction is discarded. */
export const transactionDoor = allAtOnce("one POST to /multi-exec", "/multi-exec");

/** The doors that answer to anything, or say what they except. */
export const restDoors: readonly RestDoor[] = [base64Door, literalDoor, pathDoor, pipelineDoor];

function allAtOnce(name: string, target: string): RestDoor {
  return {
    name,
    run: async (emulator, commands) => {
      const { body } = await send(emulator, target, posted(JSON.stringify(commands)));
      return body;
    },
    exceptions: [],
  };
}

function commandByCommand(
  name: string,
  run: (emulator: Emulator, words: Words, spelling: Spelling) => Promise<string>,
): RestDoor {
  return {
    name,
    run: async (emulator, commands, spelling = IN_PATH) => {
      const outcomes: string[] = [];
      for (const words of commands) outcomes.push(await run(emulator, words, spelling));
      return `[${outcomes.join(",")}]`;
    },
    exceptions: [],
  };
}

function posted(body: string, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body, headers };
}

async function send(emulator: Emulator, target: string, request: RequestInit) {
  const response = await emulator.fetch(new Request(`https://db.example${target}`, request));
  return { status: response.status, body: await response.text() };
}

/** The outcome of one command, of which the status must tell whether it is an error. */
async function single(emulator: Emulator, target: string, request: RequestInit): Promise<string> {
  const { status, body } = await send(emulator, target, request);
  if (status === (body.startsWith('{"result":') ? 200 : 400)) return body;
  throw new Error(`the status ${status} is wrong for ${body}`);
}

/** An outcome with the strings of its result as text; a status OK is no base64. */
function decoded(outcome: string): string {
  if (outcome.startsWith('{"error":') || outcome === '{"result":"OK"}') return outcome;
  const start = '{"result":'.length;
  const result = outcome
    .slice(start)
    .replace(/"([^"]*)"/g, (_, base64: string) => JSON.stringify(text(bytes(atob(base64)))));
  return outcome.slice(0, start) + result;
}

/** A word as JSON: without quotes where it can do without. */
function literal(word: string): string {
  const bare = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false)$/.test(word);
  return bare ? word : JSON.stringify(word);
}

/** The words of a query stand in pairs, because only the second word of a pair can be empty. */
function spell(words: Words, { inPath, body }: Spelling) {
  const path = words.slice(0, inPath);
  const rest = words.slice(inPath);
  const inBody = body ? rest.shift() : undefined;
  const lone = rest.length % 2 === 0 ? undefined : rest.shift();
  if (inBody === "" || lone === "") return { path: words, body: "", query: "" };
  const pairs = rest.flatMap((word, index) =>
    index % 2 === 0 ? [`${inQuery(word)}=${inQuery(rest[index + 1] ?? "")}`] : [],
  );
  const query = [...(lone === undefined ? [] : [inQuery(lone)]), ...pairs].join("&");
  return { path, body: inBody ?? "", query };
}

/** As URLSearchParams and forms write a word. */
function inQuery(word: string): string {
  return percent(word).replaceAll("%20", "+");
}

/** What encodeURIComponent makes of a word; it throws for lone surrogates, which are replaced first. */
function percent(word: string): string {
  return encodeURIComponent(text(utf8(word)));
}

/** A client of `@upstash/redis`: the double, or the real one on HTTP. */
export type Client = Pick<RealClient, "exec" | "pipeline" | "multi">;

/** Lends a client on the emulator. */
export interface ClientDoor {
  readonly name: string;
  use<Result>(
    emulator: Emulator,
    config: RedisConfig,
    run: (client: Client) => Promise<Result>,
  ): Promise<Result>;
}

export const double: ClientDoor = {
  name: "the double",
  use: (emulator, config, run) => run(new Redis(config, emulator)),
};

const connection = { url: "https://db.example", token: "secret" };

export const server = setupServer();

export const realClients: readonly ClientDoor[] = [
  {
    name: "the real client through MSW",
    use: (emulator, config, run) => {
      server.resetHandlers(...kvHandlers(emulator, connection));
      return run(new RealClient({ ...config, ...connection }));
    },
  },
  {
    name: "the real client on a swapped fetch",
    use: async (emulator, config, run) => {
      const undo = interceptFetch(emulator, connection);
      try {
        return await run(new RealClient({ ...config, ...connection }));
      } finally {
        undo();
      }
    },
  },
];

/** How an app writes a few calls; answers with what came of each. */
export type Way = (client: Client, calls: readonly ClientCall[]) => Promise<readonly Outcome[]>;

/** What comes of a call: its value, or the name and the text of its error. */
export type Outcome =
  { readonly result: unknown } | { readonly name: string; readonly error: string };

/** Each call awaited before the next. */
export const oneByOne: Way = async (client, calls) => {
  const outcomes: Outcome[] = [];
  for (const call of calls) outcomes.push(await outcome(() => invoke(client, call)));
  return outcomes;
};

export const ways: Readonly<Record<string, Way>> = {
  "one by one": oneByOne,
  "twice at once each": async (client, calls) => {
    const outcomes: Outcome[] = [];
    for (const call of calls) {
      const both = [call, call].map((same) => outcome(() => invoke(client, same)));
      outcomes.push(...(await Promise.all(both)));
    }
    return outcomes;
  },
  "in a pipeline": async (client, calls) => {
    const pipeline = client.pipeline();
    for (const call of calls) invoke(pipeline, call);
    return [await outcome(() => pipeline.exec({ keepErrors: true }))];
  },
  "in a transaction": async (client, calls) => {
    const transaction = client.multi();
    for (const call of calls) invoke(transaction, call);
    return [await outcome(() => transaction.exec())];
  },
};

/** Where the client, told to add nothing, gives a call another reply than its command has. */
export const callExceptions: readonly Exception[] = [
  {
    reason:
      "the client does not pass its options on to these two and makes numbers of their replies",
    witness: [["SET", "1", ""], ["RANDOMKEY"]],
    holdsFor: ([name = ""]) => /^(?:randomkey|time)$/i.test(name),
  },
  {
    reason:
      "the client writes options in an order of its own; of two bad ones Redis names the first",
    witness: [["LPOS", "list", "a", "MAXLEN", "-1", "RANK", "0"]],
    holdsFor: ([name = "", ...words]) => /^lpos$/i.test(name) && words.length > 4,
  },
];

/** Commands as they are, without a method of the client. */
export async function raw(client: Client, commands: readonly Words[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [name = "", ...args] of commands) {
    outcomes.push(await outcome(() => client.exec([name, ...args])));
  }
  return outcomes;
}

async function outcome(run: () => unknown): Promise<Outcome> {
  try {
    return { result: await run() };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { name, error: message };
  }
}

function invoke(client: object, { method, args }: ClientCall): unknown {
  const found = findMethod(client, method);
  if (found === undefined) throw new TypeError(`the client has no ${method}()`);
  return found(...args);
}
