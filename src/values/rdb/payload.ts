/** A DUMP payload: a value (or libraries of functions), the version of RDB in two bytes, and a checksum of both in eight (cluster.c). */
import { bytes, sliceBytes, type ByteString } from "../../bytes.js";
import { crc64 } from "./crc64.js";
import { readLength } from "./integers.js";
import { loadValue } from "./load.js";
import { RdbReader } from "./reader.js";
import { saveValue, type RdbValue } from "./save.js";
import { RDB_VERSION } from "./types.js";

const CHECKSUM = 8;
const FOOTER = CHECKSUM + 2;

export function writePayload(value: RdbValue): ByteString {
  return sealed(saveValue(value));
}

/** The content with its version and checksum behind it. */
export function sealed(content: ByteString): ByteString {
  const payload = bytes(content + String.fromCharCode(RDB_VERSION, 0));
  return bytes(payload + crc64(payload));
}

/** Reads what an intact payload holds. */
export function readerOf(payload: ByteString): RdbReader {
  return new RdbReader(payload, payload.length - FOOTER);
}

/** Whether the checksum is right and the version one that Redis 8.0 reads. */
export function isIntact(payload: ByteString): boolean {
  if (payload.length < FOOTER) return false;
  const version = readLength(payload, payload.length - FOOTER, 2);
  const end = payload.length - CHECKSUM;
  return version <= RDB_VERSION && crc64(payload, end) === sliceBytes(payload, end);
}

/** The value of an intact payload; undefined where what it holds is corrupt. */
export function readPayload(payload: ByteString): RdbValue | undefined {
  return loadValue(payload, payload.length - FOOTER);
}
