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

/** The token that a request shows. */
export function givenToken(
  authorization: string | null,
  queryToken: string | null,
): string | undefined {
  return queryToken ?? authorization?.replace(/^bearer\s+/i, "").trim();
}

/** What a request's token allows, a user where they are a token of ACL RESTTOKEN or GENTOKEN, or the error of a 401. */
export function authorize(
  { token, readOnlyToken }: Tokens,
  given: string | undefined,
  userOf: (token: string) => User | undefined,
): Access | User | ReplyError {
  const user = given === undefined ? undefined : userOf(given);
  if (user !== undefined) return user;
  const is = (secret: string): boolean => given !== undefined && isSecret(given, secret);
  if (readOnlyToken !== undefined && is(readOnlyToken)) return "read-only";
  if (token === undefined || is(token)) return "full";
  return new ReplyError(
    "WRONGPASS invalid or missing auth token. See https://docs.upstash.com/redis/troubleshooting/http_unauthorized for details.",
  );
}
