/** The rule of lint about commands that Upstash refuses: why, and what there is instead. */
import { upperAscii } from "../bytes.js";
import type { Call } from "../call.js";
import type { ReplyError } from "../errors.js";
import { calledCommand } from "./matching.js";

/** How the texts begin of those who take such a command from nobody; a wrong number of words or a token's limits are another matter. */
const REFUSALS =
  /^ERR (?:Command is not available|Command "[^"]*" is not allowed in REST|max request size exceeded)/;

const INSTEAD: readonly (readonly [commands: RegExp, fix: string])[] = [
  [/^B[LRZ]/, "Poll with the command that does not block, or read from a stream."],
  [
    /^(?:MULTI|EXEC|DISCARD|WATCH|UNWATCH)$/,
    "Send a transaction with multi() and exec(), and what depends on what it reads as a script, with eval().",
  ],
  [/SUBSCRIBE$|^MONITOR$/, "Call subscribe() or psubscribe() of the client, which open a stream."],
  [/^(?:SORT|SORT_RO|LCS)$/, "Do it in the app, or keep a sorted set."],
  [/^OBJECT/, "Leave to the service how it keeps values."],
];

/** What to tell of a refusal; undefined for one that is no matter of the command. */
export function explainRefusal(call: Call, { message }: ReplyError): string | undefined {
  const [argv = []] = call.commands;
  const [beginning] = REFUSALS.exec(message) ?? [];
  if (beginning === undefined) return undefined;
  const { name } = calledCommand(argv, call);
  if (beginning.endsWith("exceeded")) {
    return `${name} is refused: ${message.replace(/ See .*/s, "")} Keep what is large in a blob store, and its address here.`;
  }
  const [, fix = "Use commands of https://upstash.com/docs/redis/overall/rediscompatibility."] =
    INSTEAD.find(([commands]) => commands.test(upperAscii(argv[0] ?? ""))) ?? [];
  return `${name} is refused: ${message.replace(/\. See .*/s, "")}. ${fix}`;
}
