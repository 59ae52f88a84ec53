/** LOLWUT without its art (lolwut.c): it always answers as for a version that has none. */
import { bytes } from "../bytes.js";
import { verbatim } from "../reply.js";
import { command, noKeys, type CommandTable } from "./command.js";
import { integer } from "./operands.js";

/** How many numbers the versions with art take: columns, rows and squares. */
const NUMBERS: Readonly<Record<string, number>> = { 5: 3, 6: 2 };

export const lolwutCommands = {
  /** `LOLWUT [VERSION version] [argument …]` → the server's version in a line. */
  lolwut: command(-1, ["readonly", "fast"], noKeys, ({ profile }, args) => {
    if (args.left >= 2 && args.peekOption() === "VERSION") {
      args.next();
      const version = integer(args.next());
      const numbers = args.take(Math.min(args.left, NUMBERS[String(version)] ?? 0));
      for (const number of numbers) integer(number);
    }
    return verbatim("txt", bytes(`Redis ver. ${profile.redisVersion}\n`));
  }),
} satisfies CommandTable;
