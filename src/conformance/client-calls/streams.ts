/** Calls of the stream commands. */
import { lowerAscii } from "../../bytes.js";
import {
  type Arguments,
  number,
  choice,
  positional,
  type Option,
  type Alternatives,
  flag,
  option,
  renamed,
  readOptions,
  withOptions,
  followedBy,
  withList,
  withFields,
  count,
  type MethodTable,
} from "./arguments.js";

/** `MAXLEN | MINID = | ~ threshold [LIMIT n]`, which the client takes in an object, at the start of the words. */
function trimming(words: readonly string[]) {
  const [type = "", comparison = "", word = "", name = "", operand = ""] = words;
  const strategy = choice(["MAXLEN", "MINID"])(type);
  const threshold = strategy === "MAXLEN" ? number(word) : word;
  if (strategy === undefined || !/^[=~]$/.test(comparison) || threshold === undefined) {
    return undefined;
  }
  if (lowerAscii(name) !== "limit") return { strategy, comparison, threshold, length: 3 };
  const limit = number(operand);
  return limit ? { strategy, comparison, threshold, limit, length: 5 } : undefined;
}

function xadd([key = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const noMkStream = lowerAscii(words[0] ?? "") === "nomkstream";
  const after = noMkStream ? words.slice(1) : words;
  const trim = trimming(after);
  const entry = withFields(1)(after.slice(trim?.length ?? 0));
  if (entry === undefined || (trim === undefined && !noMkStream)) return entry && [key, ...entry];
  const { strategy: type, comparison, threshold, limit } = trim ?? {};
  const options = {
    ...(noMkStream && { nomkStream: true }),
    ...(trim && { trim: { type, comparison, threshold, ...(limit && { limit }) } }),
  };
  return [key, ...entry, options];
}

function xtrim([key, ...words]: readonly string[]): readonly unknown[] | undefined {
  const trim = trimming(words);
  if (trim?.length !== words.length) return undefined;
  const { strategy, comparison: exactness, threshold, limit } = trim;
  return [key, { strategy, exactness, threshold, ...(limit && { limit }) }];
}

/** What a call would give where none of its options is falsy: the client leaves those out. */
function truthy(read: Arguments): Arguments {
  return (words) => {
    const args = read(words);
    const options = args?.at(-1);
    const left = typeof options === "object" && options !== null && !Array.isArray(options);
    return left && !Object.values(options).every(Boolean) ? undefined : args;
  };
}

const xautoclaim = truthy(
  withOptions("key group consumer n start", [option("count", "n")], [flag("justId")]),
);

/** The IDs end where an option begins. With IDLE the client sends TIME too, null where it is not given. */
function xclaim(words: readonly string[]): readonly unknown[] | undefined {
  const end = words.findIndex((word, index) => index > 4 && XCLAIM_OPTION.test(word));
  const ids = words.slice(4, end < 0 ? undefined : end);
  const args = positional("key group consumer n")(words.slice(0, 4));
  const idle: Option = {
    name: "idle",
    operands: 3,
    fields: ([idleWord = "", name = "", time = ""]) => {
      const idleMS = number(idleWord);
      const timeMS = time === "null" ? null : number(time);
      if (!idleMS || lowerAscii(name) !== "time" || timeMS === undefined) return undefined;
      return { idleMS, timeMS };
    },
  };
  const retry = renamed("retrycount", "retryCount", "n");
  const last = renamed("lastid", "lastId", "id");
  if (args === undefined || ids.length === 0) return undefined;
  const options = end < 0 ? [] : words.slice(end);
  const call = followedBy([...args, ids], options, [
    [idle],
    [retry],
    [flag("force")],
    [flag("justId")],
    [last],
  ]);
  const given = call?.[5];
  const fields = typeof given === "object" && given !== null ? Object.entries(given) : [];
  return fields.every(([name, value]) => value || name === "timeMS") ? call : undefined;
}

const XCLAIM_OPTION = /^(?:idle|time|retrycount|force|justid|lastid)$/i;

function xgroup([type = "", ...words]: readonly string[]): readonly unknown[] | undefined {
  const [key = "", group, third, ...rest] = words;
  if (group === undefined) return undefined;
  switch (lowerAscii(type)) {
    case "create":
    case "setid": {
      const makeStream = lowerAscii(type) === "create" ? [[flag("MKSTREAM")]] : [];
      const options = readOptions(rest, [...makeStream, [option("ENTRIESREAD", "n")]]);
      if (third === undefined || options === undefined) return undefined;
      const call = { type: type.toUpperCase(), group, id: third };
      return [key, rest.length === 0 ? call : { ...call, options }];
    }
    case "createconsumer":
    case "delconsumer":
      if (third === undefined || rest.length > 0) return undefined;
      return [key, { type: type.toUpperCase(), group, consumer: third }];
    case "destroy":
      return third === undefined ? [key, { type: "DESTROY", group }] : undefined;
    default:
      return undefined;
  }
}

function xinfo([type = "", key, group, ...rest]: readonly string[]) {
  if (key === undefined) return undefined;
  const name = choice(["CONSUMERS", "GROUPS"])(type);
  if (name === "GROUPS" && group === undefined) return [key, { type: name }];
  if (name !== "CONSUMERS" || group === undefined || rest.length > 0) return undefined;
  return [key, { type: name, group }];
}

function xpending([key = "", group = "", ...words]: readonly string[]) {
  const withIdle = lowerAscii(words[0] ?? "") === "idle";
  const idleTime = withIdle ? number(words[1] ?? "") : undefined;
  const [range, consumer] = [words.slice(withIdle ? 2 : 0), words[withIdle ? 5 : 3]];
  const read = positional("start end n consumer?")(range);
  if (read === undefined || (withIdle && !idleTime)) return undefined;
  const options = {
    ...(withIdle && { idleTime }),
    ...(consumer !== undefined && { consumer }),
  };
  const args = [key, group, ...read.slice(0, 3)];
  return Object.keys(options).length === 0 ? args : [...args, options];
}

/** `[KEEPREF | DELREF | ACKED] IDS n id [id ...]`, the option undefined where it is missing. */
function countedIds(words: readonly string[]) {
  const option = choice(["KEEPREF", "DELREF", "ACKED"])(words[0] ?? "");
  const [name = "", count = "", ...ids] = option === undefined ? words : words.slice(1);
  const same = lowerAscii(name) === "ids" && number(count) === ids.length && ids.length > 0;
  return same ? { option, ids } : undefined;
}

/** The client needs the option. */
function xackdel([key, group, ...words]: readonly string[]): readonly unknown[] | undefined {
  const found = countedIds(words);
  return found?.option === undefined ? undefined : [key, group, found.option, ...found.ids];
}

/** The option is there or `undefined`. */
function xdelex([key, ...words]: readonly string[]): readonly unknown[] | undefined {
  const found = countedIds(words);
  return found && [key, found.option, ...found.ids];
}

/** XREAD, and XREADGROUP behind its group and consumer: options, then keys and their IDs. */
function reading(words: readonly string[], before: readonly string[], ...more: Alternatives[]) {
  const streams = words.findIndex((word) => lowerAscii(word) === "streams");
  const names = words.slice(streams + 1);
  if (streams < 0 || names.length === 0 || names.length % 2 === 1) return undefined;
  const options = [count, [renamed("block", "blockMS", "n")], ...more];
  const middle = names.length / 2;
  const args = [...before, names.slice(0, middle), names.slice(middle)];
  return followedBy(args, words.slice(0, streams), options);
}

function xreadgroup([word = "", group = "", consumer = "", ...words]: readonly string[]) {
  return lowerAscii(word) === "group"
    ? reading(words, [group, consumer], [flag("NOACK")])
    : undefined;
}

function xrange([key, start, end, ...rest]: readonly string[]) {
  if (end === undefined) return undefined;
  if (rest.length === 0) return [key, start, end];
  const limit = rest.length === 2 && lowerAscii(rest[0] ?? "") === "count" && number(rest[1] ?? "");
  return typeof limit === "number" ? [key, start, end, limit] : undefined;
}

export const streamMethods: MethodTable = {
  xack: withList(2),
  xackdel,
  xadd,
  xautoclaim,
  xclaim,
  xdel: withList(1),
  xdelex,
  xgroup,
  xinfo,
  xlen: positional("key"),
  xpending,
  xrange,
  xread: (words) => reading(words, []),
  xreadgroup,
  xrevrange: xrange,
  xtrim,
};
