/** The keys that a call names. */
import type { ByteString } from "../bytes.js";
import type { Command } from "./command.js";
import { keyReferences } from "./key-specs.js";

/** In the order in which the command's specifications find them; none where its words do not fit them. */
export function keysOf(command: Command, argv: readonly ByteString[]): readonly ByteString[] {
  return keyReferences(command, argv).flatMap(({ place }) => argv.slice(place, place + 1));
}
