/** Rules of lint about keys: that their time ends, and that a name stands for one type. */
import { text, type ByteString } from "../bytes.js";
import type { Database } from "../keyspace/database.js";
import { typeName, type TypeName } from "../keyspace/value.js";
import { ReplyError } from "../errors.js";
import {
  keyPattern,
  type LintedCommand,
  type LintedRequest,
  type Report,
  type Rules,
} from "./lint-request.js";

/** These can set a TTL with the value, and how. */
const WITH_TTL: ReadonlyMap<string, string> = new Map([
  ["SET", "{ ex: seconds }"],
  ["SETNX", "{ nx: true, ex: seconds }"],
  ["GETSET", "{ get: true, ex: seconds }"],
]);

/** Scripts write what only they know. */
const SCRIPT = /^(?:EVAL|EVALSHA|FCALL)$/;

interface Pending {
  readonly db: Database;
  readonly key: ByteString;
  readonly by: LintedCommand;
}

/**
 * A key that is written and stays without a TTL. Other commands than SET need an EXPIRE of its own: it may come in a later request, so that
 * those are judged only when somebody asks or the test is over.
 */
export class KeysWithoutTtl implements Rules {
  #pending = new Map<string, Pending>();

  check({ db, commands }: LintedRequest, report: Report): void {
    for (const by of commands) {
      if (!hasWritten(by)) continue;
      for (const key of by.keys) {
        if (!staysForever(db, key)) continue;
        if (WITH_TTL.has(by.called.name)) reportStaying({ db, key, by }, report);
        else this.#put({ db, key, by });
      }
    }
  }

  #put(pending: Pending): void {
    const name = `${pending.db.index} ${pending.key}`;
    if (!this.#pending.has(name)) this.#pending.set(name, pending);
  }

  settle(report: Report): void {
    const pending = this.#pending;
    this.#pending = new Map();
    for (const item of pending.values()) {
      if (staysForever(item.db, item.key)) reportStaying(item, report);
    }
  }

  save(): () => void {
    const pending = new Map(this.#pending);
    return () => {
      this.#pending = pending;
    };
  }
}

/** Whether the command may have put something there; one that only takes away leaves the key as it was. */
function hasWritten({ command, called, argv, reply }: LintedCommand): boolean {
  if (command === undefined || reply instanceof ReplyError) return false;
  if (SCRIPT.test(called.name)) return true;
  if (!command.flags.includes("write") || !command.flags.includes("denyoom")) return false;
  // NX or XX has kept what was there.
  const isKept = reply === null && !argv.some((word) => /^get$/i.test(word));
  return called.name !== "SET" || !isKept;
}

function staysForever(db: Database, key: ByteString): boolean {
  return db.has(key) && db.expireAt(key) === undefined;
}

function reportStaying({ key, by }: Pending, report: Report): void {
  const { name } = by.called;
  const options = WITH_TTL.get(name);
  const fix =
    options === undefined
      ? `Call EXPIRE in the same ${SCRIPT.test(name) ? "script" : "pipeline or transaction"}`
      : `Write set(key, value, ${options})`;
  report(
    "keyWithoutTtl",
    by,
    key,
    `${name} leaves ${JSON.stringify(text(key))} without a TTL: it stays and takes room until someone deletes it. ${fix}, or list the key in ignore.`,
  );
}

interface Use {
  readonly type: TypeName;
  readonly key: string;
  readonly by: LintedCommand;
}

/** One name, whatever the numbers in it, that stands for values of two types. */
export class MixedTypes implements Rules {
  #uses = new Map<string, Use>();

  check({ db, commands }: LintedRequest, report: Report): void {
    for (const by of commands) {
      if (by.command?.flags.includes("write") !== true) continue;
      for (const name of by.keys) {
        const value = db.value(name);
        if (value === undefined) continue;
        const key = text(name);
        const pattern = keyPattern(key);
        const type = typeName(value);
        const other = this.#uses.get(pattern);
        this.#uses.set(pattern, { type, key, by });
        if (other === undefined || other.type === type) continue;
        const { site } = other.by.stack;
        report(
          "mixedTypes",
          by,
          name,
          `${JSON.stringify(key)} is a ${type}, and ${other.key === key ? "was" : `${JSON.stringify(other.key)} is`} a ${other.type}${site === undefined ? "" : ` (${site})`}: who reads the one as the other fails with WRONGTYPE. Give each type a name of its own.`,
        );
      }
    }
  }

  save(): () => void {
    const uses = new Map(this.#uses);
    return () => {
      this.#uses = uses;
    };
  }
}
