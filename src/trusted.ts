/** Commands that the program itself runs, to load and to save: no user's rules bind them, and no client sees their session. */
import type { ByteString } from "./bytes.js";
import type { Engine } from "./engine.js";
import { ReplyError } from "./errors.js";
import { redisProfile } from "./profile.js";
import type { Reply } from "./reply.js";
import { Session } from "./session.js";

/** Runs a command; throws a ReplyError where Redis answers with an error. */
export type Run = (argv: readonly ByteString[]) => Reply;

/** Runs commands in a session of their own, which starts in database 0. */
export function trusted(engine: Engine): Run {
  const session = new Session(redisProfile);
  return (argv) => {
    const reply = engine.execute(session, argv);
    if (reply instanceof ReplyError) throw reply;
    return reply;
  };
}
