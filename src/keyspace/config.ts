/**
 * The server's configuration as CONFIG changes it. What the engine looks at while commands run stands ready in fields; all else is kept
 * as text, and what means nothing in memory is only kept.
 */
import type { ByteString } from "../bytes.js";
import { parameters, type Parameter } from "./parameters.js";

export interface ConfigState {
  readonly slowerThan: number;
  readonly slowLogLength: number;
  readonly values: ReadonlyMap<string, ByteString>;
}

export class Config {
  /** slowlog-log-slower-than, in microseconds; negative: nothing is logged. */
  slowerThan = 10_000;
  /** slowlog-max-len. */
  slowLogLength = 128;
  /** Values that are no longer the default, by the parameter's name. */
  #values: ReadonlyMap<string, ByteString> = new Map();

  /** The value of a parameter as CONFIG GET shows it. Throws a TypeError for a name that is none. */
  get(name: string): ByteString {
    const parameter = parameters().get(name);
    if (parameter === undefined) throw new TypeError(`${name} is no parameter`);
    return this.valueOf(parameter);
  }

  valueOf({ name, initial }: Parameter): ByteString {
    return this.#values.get(name) ?? initial;
  }

  /** Sets a value that has been checked. */
  set({ name }: Parameter, value: ByteString): void {
    this.#values = new Map(this.#values).set(name, value);
    if (name === "slowlog-log-slower-than") this.slowerThan = Number(value);
    if (name === "slowlog-max-len") this.slowLogLength = Number(value);
  }

  snapshot(): ConfigState {
    const { slowerThan, slowLogLength } = this;
    return { slowerThan, slowLogLength, values: this.#values };
  }

  restore({ slowerThan, slowLogLength, values }: ConfigState): void {
    this.slowerThan = slowerThan;
    this.slowLogLength = slowLogLength;
    this.#values = values;
  }
}
