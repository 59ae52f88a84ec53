/** Two states that a data file can be in: the same keys, of several types, and no value the same. */
import { createHash } from "node:crypto";
import { manualClock } from "../../src/clock.js";
import { createEmulator, type Emulator } from "../../src/emulator.js";

export const STATES = ["old", "new"] as const;

/** An emulator in a state, on a clock that stands still; an empty one unless a state is named. */
export function emulatorIn(state?: (typeof STATES)[number]): Emulator {
  const emulator = createEmulator({ clock: manualClock("2026-01-01T00:00:00Z") });
  if (state === undefined) return emulator;
  const call = emulator.call.bind(emulator);
  for (let index = 0; index < 20; index++) {
    call("SET", `text ${index}`, noise(`${state} ${index}`), "EX", 1000);
    call("RPUSH", `list ${index}`, state, index);
    call("HSET", `hash ${index}`, state, index);
    call("JSON.SET", `doc ${index}`, "$", JSON.stringify({ state, index }));
  }
  return emulator;
}

/** Some 35 kB that can not be compressed, so that a file takes several writes and little else. */
function noise(name: string): string {
  const parts = Array.from({ length: 400 }, (_, part) =>
    createHash("sha512").update(`${name} ${part}`).digest("base64"),
  );
  return parts.join("");
}
