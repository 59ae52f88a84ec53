/** A cursor over a command's arguments. Operands come out raw; what they must be is each command's own affair (operands.ts). */
import { bytes, keyword, type ByteString } from "../bytes.js";
import { syntaxError } from "../errors.js";

export class Args {
  readonly #argv: readonly ByteString[];
  #position: number;

  /** Starts at `position`: 1 is behind the command's name. */
  constructor(argv: readonly ByteString[], position = 1) {
    this.#argv = argv;
    this.#position = position;
  }

  /** All words, the command's name first. */
  get argv(): readonly ByteString[] {
    return this.#argv;
  }

  get name(): ByteString {
    return this.#argv[0] ?? bytes("");
  }

  /** The subcommand as the client spelt it; for a command with one. */
  get subcommand(): ByteString {
    return this.#argv[1] ?? bytes("");
  }

  /** How many arguments are left. */
  get left(): number {
    return this.#argv.length - this.#position;
  }

  /** A word by its place; the command's name is at 0. */
  word(place: number): ByteString | undefined {
    return this.#argv[place];
  }

  more(): boolean {
    return this.#position < this.#argv.length;
  }

  /** The next argument; a syntax error when there is none. */
  next(): ByteString {
    const argument = this.#argv[this.#position];
    if (argument === undefined) throw syntaxError();
    this.#position++;
    return argument;
  }

  /** The next argument, without taking it; undefined at the end. */
  peek(): ByteString | undefined {
    return this.#argv[this.#position];
  }

  /** The next argument as an option's name, in upper case. */
  option(): string {
    return keyword(this.next());
  }

  /** The next argument in upper case, without taking it; undefined at the end. */
  peekOption(): string | undefined {
    const argument = this.#argv[this.#position];
    return argument === undefined ? undefined : keyword(argument);
  }

  /** All arguments that are left. */
  rest(): ByteString[] {
    const rest = this.#argv.slice(this.#position);
    this.#position = this.#argv.length;
    return rest;
  }

  /** The next `count` arguments; a syntax error when there are fewer. */
  take(count: number): ByteString[] {
    if (count > this.left) throw syntaxError();
    const taken = this.#argv.slice(this.#position, this.#position + count);
    this.#position += count;
    return taken;
  }

  /** A syntax error unless every argument has been taken. */
  end(): void {
    if (this.more()) throw syntaxError();
  }
}
