/** The doors through which transcripts are replayed. All answer in the model of the wire, so that one comparison serves. */
import { bytes, text, utf8, type ByteString } from "../../src/bytes.js";
import { manualClock } from "../../src/clock.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";
import { Redis } from "../../src/kv/upstash.js";
import { RespDecoder, type RespValue } from "../../src/resp/decode.js";
import { encodeResp } from "../../src/resp/encode.js";
import { LATER, type Reply } from "../../src/reply.js";
import type { Receive, Session } from "../../src/session.js";

export type Argv = readonly ByteString[];

export interface Target {
  readonly name: string;
  readonly version: 2 | 3;
  /** Whether the door has a way to say these words. */
  canSend(argv: Argv): boolean;
  /** What the door can show of a real server's reply. */
  project(value: RespValue): RespValue;
  open(): Door;
}

export interface Door {
  send(connection: 1 | 2, argv: Argv): Promise<RespValue>;
  /** Runs a command on the engine behind the door, which keeps its state as it is elsewhere. */
  sendBehind(connection: 1 | 2, argv: Argv): void;
  wait(ms: number): void;
}

/** Opens a door on an emulator of its own; `connect` makes what sends. */
function open(
  connect: (emulator: Emulator, sessions: Sessions, lateReply: () => Reply) => Door["send"],
): Door {
  const clock = manualClock();
  const emulator = createEmulator({ clock, seed: 1 });
  const late: Reply[] = [];
  const receive: Receive = (reply) => late.push(reply);
  const sessions = {
    1: emulator.createSession("redis", receive),
    2: emulator.createSession("redis", receive),
  };
  /** Lets a short wait come to its end. */
  const lateReply = (): Reply => {
    clock.advance(10);
    return late.shift() ?? [];
  };
  return {
    send: connect(emulator, sessions, lateReply),
    sendBehind: (connection, argv) => void emulator.execute(sessions[connection], argv),
    wait: (ms) => clock.advance(ms),
  };
}

type Sessions = Readonly<Record<1 | 2, Session>>;

/** The engine, its replies encoded and decoded again in the RESP version of the session, which HELLO may change. */
function engineTarget(version: 2 | 3): Target {
  return {
    name: `the engine in RESP${version}`,
    version,
    canSend: () => true,
    project: (value) => value,
    open: () =>
      open((emulator, sessions, lateReply) => {
        sessions[1].resp = version;
        sessions[2].resp = version;
        return async (connection, argv) => {
          const session = sessions[connection];
          const decoder = new RespDecoder();
          const reply = emulator.execute(session, argv);
          decoder.push(encodeResp(reply === LATER ? lateReply() : reply, session.resp));
          const value = decoder.next();
          if (value === undefined) throw new Error("the encoded reply is not whole");
          return value;
        };
      }),
  };
}

/** `emulator.fetch`: commands as JSON, or as a path where their bytes are no text. */
const restTarget: Target = {
  name: "the REST handler",
  version: 2,
  canSend: () => true,
  project: asJson,
  open: () =>
    open((emulator) => async (_, argv) => {
      const response = await emulator.fetch(restRequest(argv));
      return fromBody(await response.json());
    }),
};

function restRequest(argv: Argv): Request {
  const url = "https://kv-emulator.test/";
  if (argv.every(isText)) {
    return new Request(url, { method: "POST", body: JSON.stringify(argv.map(text)) });
  }
  const path = argv.map((word) => word.replace(/\W/g, percent));
  return new Request(`${url}${path.join("/")}/`);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** The real `@upstash/redis` on the in-process double. */
const doubleTarget: Target = {
  name: "the double",
  version: 2,
  canSend: (argv) => argv.every(isText),
  project: asJson,
  open: () =>
    open((emulator) => {
      const options = { enableAutoPipelining: false, automaticDeserialization: false };
      const redis = new Redis(options, emulator);
      return async (_, argv) => {
        const [name = "", ...args] = argv.map(text);
        try {
          return fromBody({ result: await redis.exec([name, ...args]) });
        } catch (error) {
          const { message } = error instanceof Error ? error : new Error(String(error));
          return fromBody({ error: message.replace(/, command was: \[.*\]$/s, "") });
        }
      };
    }),
};

/** Whether the bytes are UTF-8, so that JSON can carry them. */
function isText(value: ByteString): boolean {
  return utf8(text(value)) === value;
}

/** JSON knows neither statuses nor kinds of nil, and only text that is UTF-8. */
function asJson(value: RespValue): RespValue {
  if ("items" in value) return { type: "array", items: value.items.map(asJson) };
  if (!("text" in value)) return { type: "nil" };
  if (value.type === "integer") return { type: "integer", text: bytes(String(Number(value.text))) };
  return { type: value.type === "error" ? "error" : "bulk", text: utf8(text(value.text)) };
}

function fromBody(body: unknown): RespValue {
  if (typeof body !== "object" || body === null) throw new TypeError("the body is no object");
  if ("error" in body) return { type: "error", text: utf8(String(body.error)) };
  return fromJson("result" in body ? body.result : undefined);
}

function fromJson(value: unknown): RespValue {
  if (value === null) return { type: "nil" };
  if (typeof value === "string") return { type: "bulk", text: utf8(value) };
  if (typeof value === "number") return { type: "integer", text: bytes(String(value)) };
  if (Array.isArray(value)) return { type: "array", items: value.map(fromJson) };
  if (typeof value === "object" && "error" in value) return fromBody(value);
  throw new TypeError(`${JSON.stringify(value)} is no reply of the REST API`);
}

export const targets: readonly Target[] = [
  engineTarget(2),
  engineTarget(3),
  restTarget,
  doubleTarget,
];
