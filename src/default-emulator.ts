/**
 * The emulator behind the doubles that are imported in place of a client and behind the set-up of a runner, one for all of them: in
 * production they share a database.
 */
import { createEmulator } from "./emulator.js";

export const emulator = createEmulator();
