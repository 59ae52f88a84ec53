/**
 * A run of an emulator in one file, as JSON lines: how everything was when it began; then each session as it was before its first
 * command and that it ended, each command with its time and reply, and what was pushed. Passwords of the RESP server are not in it.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { bytes, text, utf8, type ByteString } from "../bytes.js";
import type { Run } from "../call.js";
import { keyspaceOf, type Engine } from "../engine.js";
import type { Reply } from "../reply.js";
import { encodeResp } from "../resp/encode.js";
import type { Session } from "../session.js";
import { stateOf } from "../snapshot.js";
import { trusted } from "../trusted.js";
import { contentLines, line, type Fields } from "./data-file.js";
import { Failure, reason } from "./failure.js";

export const FORMAT = "kv-emulator recording";
export const VERSION = 1;

/** What stands in a recording for the password of the server. */
export const PASSWORD = bytes("(password)");

/**
 * Writes all that an emulator does from now on to a file, which is replaced; `replay` does it again. Returns what ends the recording.
 * INFO and the numbers of connections are the same again only where the recording begins with the emulator. Throws a Failure where the
 * file can not be written.
 */
export function record(emulator: Engine, file: string): () => void {
  write(file, () => writeFileSync(file, [...openingLines(emulator)].join("")));
  const append = (fields: Fields): void => write(file, () => appendFileSync(file, line(fields)));
  const { shared } = keyspaceOf(emulator);
  const numbers = new Map<Session, number>();
  const opened = new Set<Session>();
  const introduce = (session: Session): void => {
    opened.delete(session);
    if (numbers.has(session)) return;
    const number = numbers.size + 1;
    numbers.set(session, number);
    append({ session: number, ...describe(session) });
    session.seen = (message) => append({ push: reply(message), session: number, time: shared.now });
  };
  const leave = emulator.trace({
    open: (session) => opened.add(session),
    close: (session) => {
      const number = numbers.get(session);
      if (!opened.delete(session) && number !== undefined)
        append({ session: number, closed: true });
    },
    begin: (session) => {
      // By now the door of those that have said nothing yet has told who they are: CLIENT LIST shows it.
      for (const silent of opened) introduce(silent);
      introduce(session);
    },
    end: (run) => append({ ...written(run), session: numbers.get(run.session) }),
  });
  return () => {
    leave();
    for (const session of numbers.keys()) session.seen = undefined;
  };
}

function write(file: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw new Failure(`the recording can not be written to ${file}: ${reason(error)}`);
  }
}

/** How everything is now: what the databases hold, and behind it, as to look at it counts as well, what stands beside them. */
function* openingLines(emulator: Engine): Iterable<string> {
  const run = trusted(emulator);
  const { startedAt, clock } = emulator;
  yield line({ format: FORMAT, version: VERSION, startedAt, time: clock.now() });
  yield* contentLines(run);
  const users = run(["ACL", "LIST"].map(bytes));
  const { random, config, scripting, counters } = stateOf(emulator.snapshot());
  yield line({
    beside: {
      users: Array.isArray(users) ? users.map(String) : [],
      scripts: scripting.scripts.all.map(({ source }) => word(source)),
      config: [...config.values].map(([name, value]) => [name, word(value)]),
      counters,
      random,
      chance: scripting.chance,
    },
  });
}

function describe(session: Session): Fields {
  const { id, profile, receive, user, authenticated, address, database, resp, name } = session;
  const { createdAt, calledAt } = session;
  return {
    id,
    profile: profile.name,
    receives: receive !== undefined,
    user: user.name,
    authenticated,
    hasPassword: session.password !== undefined,
    address,
    database,
    resp,
    name,
    createdAt,
    calledAt,
  };
}

function written({ session, commands, replies, time, call }: Run): Fields {
  const { password } = session;
  const hidden = (argv: readonly ByteString[]): readonly ByteString[] => {
    if (!/^(?:auth|hello)$/i.test(argv[0] ?? "")) return argv;
    return argv.map((each) => (each === password ? PASSWORD : each));
  };
  return {
    commands: commands.map((argv) => hidden(argv).map(word)),
    replies: replies.map(reply),
    atomic: call?.atomic === true ? true : undefined,
    door: call?.door,
    client: call?.client,
    time,
  };
}

/** Bytes as text where they are UTF-8. */
function word(value: ByteString): string | { readonly base64: string } {
  const decoded = text(value);
  if (utf8(decoded) === value) return decoded;
  return { base64: Buffer.from(value, "latin1").toString("base64") };
}

/** A reply as RESP3 has it. */
function reply(given: Reply): ReturnType<typeof word> {
  return word(encodeResp(given, 3));
}
