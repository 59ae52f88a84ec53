/** Every fault that the conformance suite has to find. */
import type { Mutant } from "./mutants/mutant.js";
import { collections } from "./mutants/collections.js";
import { keys } from "./mutants/keys.js";
import { scripting } from "./mutants/scripting.js";
import { server } from "./mutants/server.js";
import { sortedSets } from "./mutants/sorted-sets.js";
import { streams } from "./mutants/streams.js";
import { strings } from "./mutants/strings.js";

export const mutants: readonly Mutant[] = [
  strings,
  collections,
  sortedSets,
  streams,
  keys,
  scripting,
  server,
].flat();
