/** What a session may do: who it has to be, and what its user's rules allow (acl.c; server.c, processCommand). */
import type { Acl } from "../acl/acl.js";
import type { LogContext } from "../acl/log.js";
import type { Access, ChannelUse, KeyUse, Refusal } from "../acl/selector.js";
import type { User } from "../acl/user.js";
import { bytes, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Profile } from "../profile.js";
import type { Session } from "../session.js";
import type { Command, Context } from "./command.js";
import { keyReferences, type KeyFlag } from "./key-specs.js";
import { lookUp } from "./look-up.js";

/** What the channels of a command are to it: those that are given up need no permission. */
const CHANNELS: Readonly<Record<string, { readonly all: boolean; readonly isPattern: boolean }>> = {
  publish: { all: false, isPattern: false },
  spublish: { all: false, isPattern: false },
  subscribe: { all: true, isPattern: false },
  ssubscribe: { all: true, isPattern: false },
  psubscribe: { all: true, isPattern: true },
};

/** A call as a user's rules look at it. */
export function accessOf(command: Command, argv: readonly ByteString[]): Access {
  let keys: readonly KeyUse[] | undefined;
  return {
    command: command.name,
    free: command.flags.includes("no_auth"),
    argv,
    keys: () => (keys ??= keyUses(command, argv)),
    channels: () => channelUses(command, argv),
  };
}

function keyUses(command: Command, argv: readonly ByteString[]): readonly KeyUse[] {
  return keyReferences(command, argv).map(({ place, flags }) => ({
    key: argv[place] ?? bytes(""),
    place,
    reads: flags.includes("access"),
    writes: WRITES.some((flag) => flags.includes(flag)),
  }));
}

const WRITES: readonly KeyFlag[] = ["insert", "delete", "update"];

function channelUses({ name }: Command, argv: readonly ByteString[]): readonly ChannelUse[] {
  const used = CHANNELS[name];
  if (used === undefined) return [];
  return argv
    .slice(1, used.all ? argv.length : 2)
    .map((channel, index) => ({ channel, place: index + 1, isPattern: used.isPattern }));
}

/** A refusal with what it is about. */
export interface Denial extends Refusal {
  /** The command, the key or the channel. */
  readonly object: ByteString;
}

/** Why a user may not make a call. */
export function denialOf(
  user: User,
  command: Command,
  argv: readonly ByteString[],
): Denial | undefined {
  if (user.unrestricted) return undefined;
  const refusal = user.refusal(accessOf(command, argv));
  if (refusal === undefined) return undefined;
  const { place } = refusal;
  const object = place === undefined ? undefined : argv[place];
  return { ...refusal, object: object ?? bytes(command.name) };
}

/** Whether the session's user may make the call and read every key besides. */
export function readsAllKeys(
  { session: { user }, commands }: Context,
  argv: readonly ByteString[],
): boolean {
  if (user.unrestricted) return true;
  const command = lookUp(commands, argv);
  return command !== undefined && user.readsAllKeys(accessOf(command, argv));
}

/** As `denialOf` for the user of a session; the log remembers it. */
export function loggedDenial(
  acl: Acl,
  session: Session,
  command: Command,
  argv: readonly ByteString[],
  context: LogContext,
  now: number,
): Denial | undefined {
  const denial = denialOf(session.user, command, argv);
  if (denial === undefined) return undefined;
  const { reason, object } = denial;
  const username = session.user.name;
  acl.log.add({ reason, context, object, username, clientInfo: clientInfo(session, argv) }, now);
  return denial;
}

/** What a user is told, with `verbose` which key or channel it is about. */
export function denialText({ name }: User, { reason, object }: Denial, verbose = false): string {
  if (reason === "command") return `User ${name} has no permissions to run the '${object}' command`;
  if (!verbose) return `No permissions to access a ${reason}`;
  return `User ${name} has no permissions to access the '${object}' ${reason}`;
}

/** NOPERM as the service says it: Upstash has kept the texts of Redis 6. */
export function noPermission(user: User, denial: Denial, { permissionTexts }: Profile): ReplyError {
  if (permissionTexts === "redis") return new ReplyError(`NOPERM ${denialText(user, denial)}`);
  const { reason, object } = denial;
  const what =
    reason === "command"
      ? `run the '${object}' command or its subcommand`
      : `access one of the ${reason}s used as arguments`;
  return new ReplyError(`NOPERM this user has no permissions to ${what}`);
}

/** The refusal of a call by a session that is not let through unseen: it has to be somebody, and to be allowed to. */
export function refusalOfSession(
  acl: Acl,
  session: Session,
  command: Command,
  argv: readonly ByteString[],
  now: number,
): ReplyError | undefined {
  if (session.closed) {
    return new ReplyError(
      "ERR this session of kv-emulator is closed: it said QUIT, or its user is gone",
    );
  }
  const asks = acl.asksForPassword || session.password !== undefined;
  if (!session.authenticated && asks && !command.flags.includes("no_auth")) {
    return new ReplyError("NOAUTH Authentication required.");
  }
  const context = session.transaction === undefined ? "toplevel" : "multi";
  const denial = loggedDenial(acl, session, command, argv, context, now);
  return denial && noPermission(session.user, denial, session.profile);
}

/** What ACL LOG shows of who was refused; what an emulator has not of a client is left out. */
export function clientInfo(
  { id, name, address, database, resp, user, transaction }: Session,
  argv: readonly ByteString[],
): ByteString {
  const multi = transaction === undefined ? -1 : transaction.queue.length;
  return bytes(
    `id=${id} addr=${address} name=${name} db=${database} multi=${multi} argc=${argv.length} cmd=${argv[0]?.toLowerCase()} user=${user.name} resp=${resp}`,
  );
}
