/**
 * Upstash's scripts for a Redis that does not know them: the flag allow-key-locking is taken out of a script's first line, and so is a
 * first line that stands behind blank ones. The script's digest is then another; clients go on calling it by the one of their text.
 */
import { bytes, lowerAscii, upperAscii, type ByteString } from "../../bytes.js";
import { ReplyError } from "../../errors.js";
import { parseScript, upstashDialect } from "../../lua/script-flags.js";
import { sha1 } from "../../lua/sha1.js";
import type { Reply } from "../../reply.js";

/** A command as Redis gets it, and what its client gets for Redis's reply. */
export interface Translated {
  readonly argv: readonly ByteString[];
  readonly answer: (reply: Reply) => Reply;
}

export class Scripts {
  /** The digests of the clients' texts to those of the texts that Redis got. */
  readonly #digests = new Map<ByteString, ByteString>();

  translate(argv: readonly ByteString[]): Translated {
    const [name = bytes(""), first = bytes(""), ...rest] = argv;
    switch (upperAscii(name)) {
      case "EVAL":
      case "EVAL_RO":
        return argv.length < 2 ? same(argv) : same([name, this.#text(first), ...rest]);
      case "EVALSHA":
      case "EVALSHA_RO":
        return argv.length < 2 ? same(argv) : same([name, this.#digest(first), ...rest]);
      case "SCRIPT":
        return this.#translateScript(argv, upperAscii(first), rest);
      default:
        return same(argv);
    }
  }

  #translateScript(
    argv: readonly ByteString[],
    subcommand: string,
    rest: readonly ByteString[],
  ): Translated {
    const head = argv.slice(0, 2);
    const [source] = rest;
    if (subcommand === "EXISTS") return same([...head, ...rest.map((sha) => this.#digest(sha))]);
    if (subcommand !== "LOAD" || source === undefined || rest.length > 1) return same(argv);
    return {
      argv: [...head, this.#text(source)],
      answer: (reply) => (reply instanceof ReplyError ? reply : sha1(source)),
    };
  }

  #text(source: ByteString): ByteString {
    const text = forRedis(source);
    if (text !== source) this.#digests.set(sha1(source), sha1(text));
    return text;
  }

  #digest(sha: ByteString): ByteString {
    return this.#digests.get(bytes(lowerAscii(sha))) ?? sha;
  }
}

function same(argv: readonly ByteString[]): Translated {
  return { argv, answer: (reply) => reply };
}

function forRedis(source: ByteString): ByteString {
  try {
    const { code, flags } = parseScript(source, upstashDialect);
    if (flags === undefined) return code;
    if (!flags.has("allow-key-locking")) return source;
    const others = [...flags].filter((flag) => flag !== "allow-key-locking");
    return bytes(`#!lua${others.length === 0 ? "" : ` flags=${others.join(",")}`}${code}`);
  } catch (error) {
    // Redis finds the same fault.
    if (error instanceof ReplyError) return source;
    throw error;
  }
}
