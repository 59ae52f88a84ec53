/** A process that loads a data file as the command does at its start, then saves one known state after the other in it until it is killed. */
import { loadData, saveData } from "../../src/node/data-file.js";
import { emulatorIn, STATES } from "./states.js";

const [, , file = ""] = process.argv;

loadData(emulatorIn(), file);
const emulators = STATES.map(emulatorIn);
for (const emulator of emulators) saveData(emulator, file);
process.send?.("saving");
for (;;) for (const emulator of emulators) saveData(emulator, file);
