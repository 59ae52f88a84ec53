/** MONITOR, and the lines that it sends for each command. */
import { bytes, upperAscii, type ByteString } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { quote } from "../quote.js";
import { OK, several, status, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { command, noKeys, type Command, type CommandTable } from "./command.js";

export const monitorCommands = {
  /** `MONITOR` → OK, then a line for every command that any session runs. */
  monitor: command(
    1,
    ["admin", "noscript", "loading", "stale"],
    noKeys,
    ({ session, monitors }) => {
      if (session.inExec) {
        throw new ReplyError("ERR MONITOR isn't allowed for DENY BLOCKING client");
      }
      if (session.receive === undefined) {
        throw new ReplyError(
          "ERR this session of kv-emulator takes no messages: make it with createSession(profile, receive)",
        );
      }
      if (monitors.has(session)) return several([]);
      monitors.add(session);
      return OK;
    },
  ),
} satisfies CommandTable;

/** Whether monitors see the command: they do not see administration. */
export function isShown({ flags }: Command): boolean {
  return !flags.includes("admin") && !flags.includes("skip_monitor");
}

/** `1721284005.242090 [0 127.0.0.1:6379] "GET" "k"`, a script's commands from `lua`; passwords are not shown. */
export function monitorLine(
  now: number,
  { database, inScript, address }: Session,
  argv: readonly ByteString[],
): Reply {
  const from = inScript ? "lua" : address;
  const seconds = Math.floor(now / 1000);
  const micros = String((now % 1000) * 1000).padStart(6, "0");
  return status(
    `${seconds}.${micros} [${database} ${from}] ${redacted(argv).map(quote).join(" ")}`,
  );
}

/** The words without the user and password of AUTH, and of HELLO's option AUTH. */
export function redacted(argv: readonly ByteString[]): readonly ByteString[] {
  const names = argv.map(upperAscii);
  if (names[0] !== "AUTH" && names[0] !== "HELLO") return argv;
  const from = names.indexOf("AUTH");
  const last = names[0] === "AUTH" ? argv.length : from + 2;
  return argv.map((word, index) => (from >= 0 && index > from && index <= last ? HIDDEN : word));
}

const HIDDEN = bytes("(redacted)");
