/** What a session may not call, and what has to wait while CLIENT PAUSE lasts, beside what its user's rules say. */
import type { ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Session } from "../session.js";
import type { Command } from "./command.js";
import { findCommand } from "./table.js";

/** What CLIENT PAUSE WRITE holds back beside writes. */
const LIKE_WRITES = /^(?:eval|evalsha|fcall|pfcount|s?publish)$/;

export function mayReplicate({ flags, name }: Command): boolean {
  return flags.includes("write") || LIKE_WRITES.test(name);
}

export function isWriting(argv: readonly ByteString[]): boolean {
  const command = findCommand(argv);
  return !(command instanceof ReplyError) && mayReplicate(command);
}

export function touchesKeys(command: Command): boolean {
  return command.readonly || mayReplicate(command);
}

/** What a session may call in RESP2 while it listens to channels: messages and replies look alike there. */
const OF_SUBSCRIBERS: ReadonlySet<string> = new Set(
  "subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe ping quit reset".split(
    " ",
  ),
);

/** DEBUG and what loads modules: the configuration file would have to allow them. */
export function refusalOfGuarded({ name, enabledBy }: Command): ReplyError {
  const [container = name] = name.toUpperCase().split("|");
  return new ReplyError(
    `ERR ${container} command not allowed. If the ${enabledBy} option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.`,
  );
}

export function refusalToSubscriber({ resp }: Session, { name }: Command): ReplyError | undefined {
  if (resp === 3 || OF_SUBSCRIBERS.has(name)) return undefined;
  return new ReplyError(
    `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  );
}
