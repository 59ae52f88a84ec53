import { afterEach, beforeEach } from "bun:test";
import { setUp } from "kv-emulator/set-up";

setUp({ beforeEach, afterEach });
