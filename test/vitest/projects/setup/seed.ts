/** What a project seeds for all of its tests. */
import { emulator } from "kv-emulator/vitest";

emulator.call("SET", "seed", "file");
