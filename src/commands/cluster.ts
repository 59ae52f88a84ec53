/** What only a cluster has: each command says that this is none (cluster.c). */
import { ReplyError } from "../errors.js";
import {
  command,
  container,
  noKeys,
  type CommandTable,
  type Flag,
  type Handler,
} from "./command.js";

/** Always an error. */
const disabled: Handler = () => {
  throw new ReplyError("ERR This instance has cluster support disabled");
};

const change: readonly Flag[] = ["admin", "stale", "no_async_loading"];
const look: readonly Flag[] = ["admin", "stale"];
const stale: readonly Flag[] = ["stale"];
const always: readonly Flag[] = ["loading", "stale"];

const fast: readonly Flag[] = ["loading", "stale", "fast"];

export const clusterCommands = {
  asking: command(1, ["fast"], noKeys, disabled),
  readonly: command(1, fast, noKeys, disabled),
  readwrite: command(1, fast, noKeys, disabled),

  cluster: container(-2),
  "cluster|addslots": command(-3, change, noKeys, disabled),
  "cluster|addslotsrange": command(-4, change, noKeys, disabled),
  "cluster|bumpepoch": command(2, change, noKeys, disabled),
  "cluster|count-failure-reports": command(3, look, noKeys, disabled),
  "cluster|countkeysinslot": command(3, stale, noKeys, disabled),
  "cluster|delslots": command(-3, change, noKeys, disabled),
  "cluster|delslotsrange": command(-4, change, noKeys, disabled),
  "cluster|failover": command(-2, change, noKeys, disabled),
  "cluster|flushslots": command(2, change, noKeys, disabled),
  "cluster|forget": command(3, change, noKeys, disabled),
  "cluster|getkeysinslot": command(4, stale, noKeys, disabled),
  "cluster|help": command(2, always, noKeys, disabled),
  "cluster|info": command(2, stale, noKeys, disabled),
  "cluster|keyslot": command(3, stale, noKeys, disabled),
  "cluster|links": command(2, stale, noKeys, disabled),
  "cluster|meet": command(-4, change, noKeys, disabled),
  "cluster|myid": command(2, stale, noKeys, disabled),
  "cluster|myshardid": command(2, stale, noKeys, disabled),
  "cluster|nodes": command(2, stale, noKeys, disabled),
  "cluster|replicas": command(3, look, noKeys, disabled),
  "cluster|replicate": command(3, change, noKeys, disabled),
  "cluster|reset": command(-2, ["admin", "noscript", "stale"], noKeys, disabled),
  "cluster|saveconfig": command(2, change, noKeys, disabled),
  "cluster|set-config-epoch": command(3, change, noKeys, disabled),
  "cluster|setslot": command(-4, change, noKeys, disabled),
  "cluster|shards": command(2, always, noKeys, disabled),
  "cluster|slaves": command(3, look, noKeys, disabled),
  "cluster|slots": command(2, always, noKeys, disabled),
} satisfies CommandTable;
