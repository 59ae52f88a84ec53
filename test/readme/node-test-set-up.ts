import { afterEach, beforeEach } from "node:test";
import { setUp } from "kv-emulator/set-up";

setUp({ beforeEach, afterEach });
