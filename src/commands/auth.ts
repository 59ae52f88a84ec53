/** Who a connection is: AUTH, HELLO, RESET and QUIT (acl.c and networking.c). */
import { bytes, isSecret, keyword, untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { map, OK, status, type Reply } from "../reply.js";
import {
  command,
  immediateCommand,
  noKeys,
  type CommandTable,
  type Context,
  type Flag,
} from "./command.js";
import { clientAttribute, integer } from "./operands.js";
import { clientInfo } from "./permission.js";

const flags: readonly Flag[] = ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"];

export const authCommands = {
  /** `AUTH [username] password` → OK; the session is that user, `default` unless told otherwise. */
  auth: command(-2, flags, noKeys, (context, args) => {
    if (args.left > 2) throw syntaxError();
    if (args.left === 1 && context.acl.default.nopass && context.session.password === undefined) {
      throw new ReplyError(
        "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
      );
    }
    const name = args.left === 1 ? bytes("default") : args.next();
    authenticate(context, [args.name], name, args.next());
    return OK;
  }),

  /** `HELLO [version [AUTH username password] [SETNAME name]]` → a map of what the server is; the session speaks RESP `version`. */
  hello: command(-1, flags, noKeys, (context, args) => {
    const { session } = context;
    const version = args.more() ? protocolVersion(args.next()) : session.resp;
    let login: readonly [name: ByteString, password: ByteString] | undefined;
    let clientName: ByteString | undefined;
    while (args.more()) {
      const option = args.next();
      if (keyword(option) === "AUTH" && args.left >= 2) login = [args.next(), args.next()];
      else if (keyword(option) === "SETNAME" && args.more()) {
        clientName = clientAttribute(args.next(), "Client names");
      } else throw new ReplyError(`ERR Syntax error in HELLO option '${untilZero(option)}'`);
    }
    if (login !== undefined) authenticate(context, [args.name], ...login);
    if (!session.authenticated) throw helloWithoutAuth();
    if (clientName !== undefined) session.name = clientName;
    session.resp = version;
    return description(context);
  }),

  /** `QUIT` → OK; the connection ends. */
  quit: immediateCommand(-1, flags, noKeys, ({ session }) => {
    session.close();
    return OK;
  }),

  /** `RESET` → RESET; the session is as a new connection: no transaction, no subscription, database 0, RESP 2, user default. */
  reset: immediateCommand(1, flags, noKeys, ({ session, acl, pubsub, monitors }) => {
    session.endTransaction();
    pubsub.leave(session);
    monitors.delete(session);
    session.database = 0;
    session.resp = 2;
    session.name = bytes("");
    session.logIn(acl.default, !acl.asksForPassword && session.password === undefined);
    return status("RESET");
  }),
} satisfies CommandTable;

/** Makes the session that user. Throws WRONGPASS, and the log remembers it. */
function authenticate(
  { acl, session, now }: Context,
  argv: readonly ByteString[],
  name: ByteString,
  password: ByteString,
): void {
  const user =
    session.password === undefined || name !== "default"
      ? acl.authenticate(name, password)
      : isSecret(password, session.password)
        ? acl.default
        : undefined;
  if (user === undefined) {
    const context = session.transaction === undefined ? "toplevel" : "multi";
    const [object = bytes("")] = argv;
    const incident = { reason: "auth", context, object, username: name } as const;
    acl.log.add({ ...incident, clientInfo: clientInfo(session, argv) }, now);
    throw new ReplyError("WRONGPASS invalid username-password pair or user is disabled.");
  }
  session.logIn(user, true);
}

function protocolVersion(operand: ByteString): 2 | 3 {
  const error = "ERR Protocol version is not an integer or out of range";
  const version = integer(operand, () => new ReplyError(error));
  if (version === 2 || version === 3) return version;
  throw new ReplyError("NOPROTO unsupported protocol version");
}

function helloWithoutAuth(): ReplyError {
  return new ReplyError(
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
  );
}

function description({ session, profile }: Context): Reply {
  const fields: readonly (readonly [string, Reply])[] = [
    ["server", bytes("redis")],
    ["version", bytes(profile.redisVersion)],
    ["proto", session.resp],
    ["id", session.id],
    ["mode", bytes("standalone")],
    ["role", bytes("master")],
    ["modules", []],
  ];
  return map(fields.flatMap(([name, value]) => [bytes(name), value]));
}
