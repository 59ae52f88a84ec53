/**
 * Commands as calls of `@upstash/redis` 1.39. A call stands here only where the client sends the same command for it: the client makes
 * numbers of what its types call numbers, takes fields and options as objects, and drops what it takes for absent. So `SETEX k 007 v`
 * has no call, because 007 arrives as 7, and `EXPIRE k 0` has none, because the client drops the 0.
 */
import { lowerAscii } from "../bytes.js";
import type { Arguments, MethodTable } from "./client-calls/arguments.js";
import { collectionMethods } from "./client-calls/collections.js";
import { genericMethods, renamedGenericMethods } from "./client-calls/generic.js";
import { geoMethods } from "./client-calls/geo.js";
import { hashMethods } from "./client-calls/hashes.js";
import { jsonMethods } from "./client-calls/json.js";
import { renamedScriptingMethods, scriptingMethods } from "./client-calls/scripting.js";
import { sortedSetMethods } from "./client-calls/sorted-sets.js";
import { streamMethods } from "./client-calls/streams.js";
import { stringMethods } from "./client-calls/strings.js";

/** `client[method](...args)`; the method of an object that the client has is written with a dot, as in `functions.load`. */
export interface ClientCall {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** The call that sends this command (its name in any case), or undefined where the client has no way to say it. */
export function clientCall(argv: readonly string[]): ClientCall | undefined {
  const [name = "", ...words] = argv;
  const command = lowerAscii(name);
  const subcommand = `${command} ${lowerAscii(words[0] ?? "")}`;
  return methodsByCommand.has(subcommand)
    ? call(methodsByCommand.get(subcommand), words.slice(1))
    : call(methodsByCommand.get(command) ?? [command, methods.get(command)], words);
}

function call(
  [method, read]: readonly [method: string, Arguments | undefined] = ["", undefined],
  words: readonly string[],
): ClientCall | undefined {
  const args = read?.(words);
  return args === undefined ? undefined : { method, args };
}

/** The function of a client that a call's `method` names, on its object; undefined where the client has none. */
export function clientMethod(
  client: object,
  method: string,
): ((...args: readonly unknown[]) => unknown) | undefined {
  const [first = "", second] = method.split(".", 2);
  const found: unknown = Reflect.get(client, first);
  if (second !== undefined) {
    return typeof found === "object" && found !== null ? clientMethod(found, second) : undefined;
  }
  if (typeof found !== "function") return undefined;
  return (...args): unknown => Reflect.apply(found, client, args);
}

/** By name; the client's methods are Redis's names in lower case. */
const methods: ReadonlyMap<string, Arguments> = new Map(
  Object.entries<Arguments>({
    ...collectionMethods,
    ...genericMethods,
    ...geoMethods,
    ...hashMethods,
    ...jsonMethods,
    ...scriptingMethods,
    ...sortedSetMethods,
    ...streamMethods,
    ...stringMethods,
  } satisfies MethodTable),
);

const methodsByCommand = new Map(
  Object.entries({ ...renamedScriptingMethods, ...renamedGenericMethods }),
);
