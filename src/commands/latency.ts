/** LATENCY (latency.c). Time stands still while a command runs: nothing is ever late, and every call took less than a microsecond. */
import { bytes, lowerAscii, untilZero } from "../bytes.js";
import { ReplyError } from "../errors.js";
import { map, status, verbatim, type Reply } from "../reply.js";
import {
  command,
  container,
  noKeys,
  type Command,
  type CommandTable,
  type Context,
  type Flag,
} from "./command.js";

const flags: readonly Flag[] = ["admin", "noscript", "loading", "stale"];

export const latencyCommands = {
  latency: container(-2),

  /** `LATENCY DOCTOR` → that nothing was late, or that nobody looked. */
  "latency|doctor": command(2, flags, noKeys, ({ keyspace: { config } }) =>
    verbatim("txt", bytes(config.get("latency-monitor-threshold") === "0" ? DISABLED : NO_SPIKES)),
  ),

  /** `LATENCY GRAPH event` → an error: there is nothing to draw. */
  "latency|graph": command(3, flags, noKeys, (_, args) => {
    throw new ReplyError(`ERR No samples available for event '${untilZero(args.next())}'`);
  }),

  /** `LATENCY HELP` → what the subcommands do. */
  "latency|help": command(2, ["loading", "stale"], noKeys, () => HELP.map(status)),

  /** `LATENCY HISTOGRAM [command …]` → a map from each command that has run to how often, and how long it took. */
  "latency|histogram": command(-2, flags, noKeys, (context, args) => {
    const names = args.rest().map(lowerAscii);
    const chosen = names.length === 0 ? [...context.commands.values()] : named(context, names);
    return map(chosen.flatMap((each) => histogram(context, each)));
  }),

  /** `LATENCY HISTORY event` → an empty array. */
  "latency|history": command(3, flags, noKeys, () => []),

  /** `LATENCY LATEST` → an empty array. */
  "latency|latest": command(2, flags, noKeys, () => []),

  /** `LATENCY RESET [event …]` → 0: there is nothing to forget. */
  "latency|reset": command(-2, flags, noKeys, () => 0),
} satisfies CommandTable;

/** The commands of these names; of a container all that it contains. */
function named({ commands }: Context, names: readonly string[]): Command[] {
  return names.flatMap((name) => {
    const found = commands.get(name);
    if (found === undefined) return [];
    return found.subcommands.size > 0 ? [...found.subcommands.values()] : [found];
  });
}

function histogram({ server }: Context, { index, name }: Command): Reply[] {
  const calls = server.calls[index] ?? 0;
  if (calls === 0) return [];
  const buckets = map([1, calls]);
  return [bytes(name), map([bytes("calls"), calls, bytes("histogram_usec"), buckets])];
}

const DISABLED =
  "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep space mission I'd suggest to take a look at https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor.\n";

const NO_SPIKES =
  "Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest bit. I honestly think you ought to sit down calmly, take a stress pill, and think things over.\n";

const HELP = [
  "LATENCY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "DOCTOR",
  "    Return a human readable latency analysis report.",
  "GRAPH <event>",
  "    Return an ASCII latency graph for the <event> class.",
  "HISTORY <event>",
  "    Return time-latency samples for the <event> class.",
  "LATEST",
  "    Return the latest latency samples for all events.",
  "RESET [<event> ...]",
  "    Reset latency data of one or more <event> classes.",
  "    (default: reset all data for all event classes)",
  "HISTOGRAM [COMMAND ...]",
  "    Return a cumulative distribution of latencies in the format of a histogram for the specified command names.",
  "    If no commands are specified then all histograms are replied.",
  "HELP",
  "    Print this help.",
];
