/**
 * A string whose encoding in Redis is not the one its bytes suggest: short but `raw`, because APPEND or SETRANGE changed it in
 * place, or digits kept as `embstr` by INCRBYFLOAT. All other strings are kept bare and their encoding follows from their bytes.
 */
import type { ByteString } from "../bytes.js";

export class EncodedString {
  readonly bytes: ByteString;
  readonly encoding: "raw" | "embstr";

  constructor(bytes: ByteString, encoding: "raw" | "embstr") {
    this.bytes = bytes;
    this.encoding = encoding;
  }
}
