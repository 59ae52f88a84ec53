/** A process that loads a data file as the command does at its start, then saves one known state after the other in it until it is killed. */
import { loadData, saveData } from "../../src/node/data-file.js";
import { emulatorIn, STATES } from "./states.js";

const [, , file = ""] = process.argv;

loadData(emulatorIn(), file);
const emulators = STATES.map(emulatorIn);
const saveAll = (): void => emulators.forEach((emulator) => saveData(emulator, file));
const start = performance.now();
saveAll();
process.send?.({ milliseconds: performance.now() - start });
for (;;) saveAll();
