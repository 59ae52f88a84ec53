/** Tokens: the bearer header (its scheme optional) or the `_token` query parameter, which wins where both are there. */
import type { User } from "../acl/user.js";
import { isSecret } from "../bytes.js";
import { ReplyError } from "../errors.js";
import type { Access } from "./availability.js";

export interface Tokens {
  /** The token that may do everything; every request is let in where none is set. */
  readonly token?: string | undefined;
  /** A token for reads only (`KV_REST_API_READ_ONLY_TOKEN`). */
  readonly readOnlyToken?: string | undefined;
}

/** What a request's credentials allow, a user where they are a token of ACL RESTTOKEN or GENTOKEN, or the error of a 401. */
export function authorize(
  { token, readOnlyToken }: Tokens,
  authorization: string | null,
  queryToken: string | null,
  userOf: (token: string) => User | undefined,
): Access | User | ReplyError {
  const given = queryToken ?? authorization?.replace(/^bearer\s+/i, "").trim();
  const user = given === undefined ? undefined : userOf(given);
  if (user !== undefined) return user;
  const is = (secret: string): boolean => given !== undefined && isSecret(given, secret);
  if (readOnlyToken !== undefined && is(readOnlyToken)) return "read-only";
  if (token === undefined || is(token)) return "full";
  return new ReplyError(
    "WRONGPASS invalid or missing auth token. See https://docs.upstash.com/redis/troubleshooting/http_unauthorized for details.",
  );
}
