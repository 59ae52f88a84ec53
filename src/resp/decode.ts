/** The bytes of RESP2 and RESP3 as values that keep every type of the wire apart, however the bytes were split. */
import { bytes, sliceBytes, type ByteString } from "../bytes.js";

/** A value as it stood on the wire. Maps and pushes keep their items in a row. */
export type RespValue =
  | { readonly type: LineType; readonly text: ByteString }
  | { readonly type: "bulk" | "verbatim"; readonly text: ByteString }
  | { readonly type: "nil" | "nil-array" | "null" }
  | { readonly type: AggregateType; readonly items: readonly RespValue[] };

export type LineType = "status" | "error" | "integer" | "double" | "boolean" | "big-number";
export type AggregateType = "array" | "map" | "set" | "push";

const LINES: Readonly<Record<string, LineType>> = {
  "+": "status",
  "-": "error",
  ":": "integer",
  ",": "double",
  "#": "boolean",
  "(": "big-number",
};

const AGGREGATES: Readonly<Record<string, AggregateType>> = {
  "*": "array",
  "%": "map",
  "~": "set",
  ">": "push",
};

/** Thrown where bytes are no RESP. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

export class RespDecoder {
  #buffer = "";

  push(chunk: ByteString): void {
    this.#buffer += chunk;
  }

  /** The next whole value; undefined until all its bytes are there. Throws a ProtocolError for bytes that are no RESP. */
  next(): RespValue | undefined {
    const reader = new Reader(bytes(this.#buffer));
    const value = reader.value();
    if (value !== undefined) this.#buffer = this.#buffer.slice(reader.position);
    return value;
  }
}

/** Reads one value from the start of a buffer; every method answers undefined when bytes are missing. */
class Reader {
  position = 0;
  readonly #buffer: ByteString;

  constructor(buffer: ByteString) {
    this.#buffer = buffer;
  }

  value(): RespValue | undefined {
    const line = this.#line();
    if (line === undefined) return undefined;
    const mark = line.slice(0, 1);
    const rest = sliceBytes(line, 1);
    const lineType = LINES[mark];
    if (lineType !== undefined) return { type: lineType, text: rest };
    if (mark === "_") return { type: "null" };
    if (mark === "$") return rest === "-1" ? { type: "nil" } : this.#bulk("bulk", count(rest));
    if (mark === "=") return this.#bulk("verbatim", count(rest));
    const aggregateType = AGGREGATES[mark];
    if (aggregateType === undefined) {
      throw new ProtocolError(`${JSON.stringify(mark)} begins no RESP value`);
    }
    if (rest === "-1") return { type: "nil-array" };
    return this.#items(aggregateType, count(rest) * (aggregateType === "map" ? 2 : 1));
  }

  #line(): ByteString | undefined {
    const end = this.#buffer.indexOf("\r\n", this.position);
    if (end < 0) return undefined;
    const line = sliceBytes(this.#buffer, this.position, end);
    this.position = end + 2;
    return line;
  }

  #bulk(type: "bulk" | "verbatim", length: number): RespValue | undefined {
    const end = this.position + length;
    if (this.#buffer.length < end + 2) return undefined;
    const text = sliceBytes(this.#buffer, this.position, end);
    this.position = end + 2;
    return { type, text };
  }

  #items(type: AggregateType, length: number): RespValue | undefined {
    const items: RespValue[] = [];
    while (items.length < length) {
      const item = this.value();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return { type, items };
  }
}

function count(text: ByteString): number {
  if (!/^\d+$/.test(text)) throw new ProtocolError(`${JSON.stringify(text)} is no length`);
  return Number(text);
}
