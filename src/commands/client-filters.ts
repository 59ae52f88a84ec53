/** Whom CLIENT KILL is to end. */
import { keyword, lowerAscii, untilZero, type ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import type { Session } from "../session.js";
import { parseInteger } from "../values/numbers.js";
import type { Args } from "./args.js";
import { CLIENT_TYPES, clientType, connected, type ClientType } from "./client-list.js";
import type { Context } from "./command.js";

/** The sessions that fit every filter; the caller only with SKIPME no. */
export function chosenClients(context: Context, args: Args): readonly Session[] {
  const filters: ((session: Session) => boolean)[] = [];
  let skipsCaller = true;
  while (args.more()) {
    const option = args.option();
    const operand = args.next();
    if (option === "SKIPME") skipsCaller = yesOrNo(operand);
    else filters.push(filter(context, option, operand));
  }
  return connected(context).filter(
    (session) =>
      !(skipsCaller && session === context.session) && filters.every((fits) => fits(session)),
  );
}

function filter(
  { acl, now, server }: Context,
  option: string,
  operand: ByteString,
): (session: Session) => boolean {
  switch (option) {
    case "ID": {
      const id = positive(
        operand,
        "client-id should be greater than 0",
        "client-id should be greater than 0",
      );
      return (session) => session.id === id;
    }
    case "MAXAGE": {
      const age = positive(
        operand,
        "maxage is not an integer or out of range",
        "maxage should be greater than 0",
      );
      return ({ createdAt }) => Math.floor((now - createdAt) / 1000) >= age;
    }
    case "TYPE": {
      const type = typeOperand(operand);
      return (session) => clientType(session) === type;
    }
    case "ADDR":
      return ({ address }) => address === operand;
    case "LADDR":
      return () => server.address === operand;
    case "USER": {
      const user = acl.find(operand);
      if (user === undefined) throw new ReplyError(`ERR No such user '${untilZero(operand)}'`);
      return (session) => session.user === user;
    }
    default:
      throw syntaxError();
  }
}

function yesOrNo(operand: ByteString): boolean {
  const word = keyword(operand);
  if (word !== "YES" && word !== "NO") throw syntaxError();
  return word === "YES";
}

function positive(operand: ByteString, notInteger: string, tooSmall: string): number {
  const value = parseInteger(operand);
  if (value === undefined) throw new ReplyError(`ERR ${notInteger}`);
  if (value <= 0) throw new ReplyError(`ERR ${tooSmall}`);
  return Number(value);
}

/** A type that CLIENT LIST and CLIENT KILL name. */
export function typeOperand(operand: ByteString): ClientType {
  const type = CLIENT_TYPES.get(lowerAscii(untilZero(operand)));
  if (type === undefined) {
    throw new ReplyError(`ERR Unknown client type '${untilZero(operand)}'`);
  }
  return type;
}
