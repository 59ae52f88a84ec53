/** The payload of FUNCTION DUMP: each library's code behind an opcode, then what ends every payload (functions.c, rdb.c). */
import type { ByteString } from "../../bytes.js";
import { ReplyError } from "../../errors.js";
import { readerOf, sealed } from "./payload.js";
import { CorruptRdb, type RdbReader } from "./reader.js";
import { RdbOpcode } from "./types.js";
import { RdbWriter } from "./writer.js";

export function dumpFunctions(sources: readonly ByteString[]): ByteString {
  const writer = new RdbWriter();
  for (const source of sources) {
    writer.byte(RdbOpcode.function2);
    writer.string(source);
  }
  return sealed(writer.bytes);
}

/** The libraries' code in an intact payload, read as they are asked for. Throws a ReplyError at what is none. */
export function* functionsIn(payload: ByteString): IterableIterator<ByteString> {
  const reader = readerOf(payload);
  while (reader.more()) {
    const opcode = reader.byte();
    if (opcode === RdbOpcode.functionPreGa) {
      throw new ReplyError("ERR Pre-GA function format not supported");
    }
    if (opcode !== RdbOpcode.function2) throw new ReplyError("ERR given type is not a function");
    yield sourceFrom(reader);
  }
}

function sourceFrom(reader: RdbReader): ByteString {
  try {
    return reader.string();
  } catch (error) {
    if (error instanceof CorruptRdb) throw new ReplyError("ERR Failed loading library payload");
    throw error;
  }
}
