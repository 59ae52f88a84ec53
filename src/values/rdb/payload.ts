/** A DUMP payload: a value, the version of RDB in two bytes, and a checksum of both in eight (cluster.c). */
import { bytes, sliceBytes, type ByteString } from "../../bytes.js";
import { crc64 } from "./crc64.js";
import { readLength } from "./integers.js";
import { loadValue } from "./load.js";
import { saveValue, type RdbValue } from "./save.js";
import { RDB_VERSION } from "./types.js";

const CHECKSUM = 8;
const FOOTER = CHECKSUM + 2;

export function writePayload(value: RdbValue): ByteString {
  const payload = bytes(saveValue(value) + String.fromCharCode(RDB_VERSION, 0));
  return bytes(payload + crc64(payload));
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
