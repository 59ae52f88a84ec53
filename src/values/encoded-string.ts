/**
 * A string that Redis keeps in another way than its bytes suggest: short but `raw`, because APPEND or SETRANGE changed it in place;
 * digits as `embstr`, as INCRBYFLOAT leaves them; or a small integer that COPY made a key's own instead of the shared one. All other strings are kept bare and their encoding follows from their bytes.
 */
import type { ByteString } from "../bytes.js";

export class EncodedString {
  readonly bytes: ByteString;
  readonly encoding: "raw" | "embstr" | "int";

  constructor(bytes: ByteString, encoding: "raw" | "embstr" | "int") {
    this.bytes = bytes;
    this.encoding = encoding;
  }
}
