/**
 * Faults that the conformance suite has to find, each a small change of one source file: the mistakes that are easily made when a command
 * is written after its documentation. Each shows in a reply, a type, an encoding, a value or a deadline; a fault that nothing shows would
 * not be one. They are applied one at a time, to the text of the file, so that a line that is rewritten may take its mutant along.
 */
export interface Mutant {
  /** What is wrong, as a bug report's title: "ZRANGE leaves out the last element". */
  readonly name: string;
  /** The file below src. */
  readonly file: string;
  /** A text that stands exactly once in the file, and what it becomes. */
  readonly from: string;
  readonly to: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: "APPEND loses the deadline",
    file: "commands/string.ts",
    from: 'db.put(key, new EncodedString(bytes(old + value), "raw"));',
    to: 'db.set(key, new EncodedString(bytes(old + value), "raw"));',
  },
  {
    name: "SETRANGE fills the gap with spaces",
    file: "commands/string.ts",
    from: 'padEnd(offset, "\\0")',
    to: "padEnd(offset)",
  },
  {
    name: "INCR loses the deadline",
    file: "commands/string.ts",
    from: "db.put(key, bytes(String(sum)));",
    to: "db.set(key, bytes(String(sum)));",
  },
  {
    name: "GETSET keeps the deadline",
    file: "commands/string.ts",
    from: "db.set(key, args.next());\n    return old;",
    to: "db.put(key, args.next());\n    return old;",
  },
  {
    name: "SET without options keeps the deadline",
    file: "commands/string.ts",
    from: "if (!args.more()) {\n      db.set(key, value);",
    to: "if (!args.more()) {\n      db.put(key, value);",
  },
  {
    name: "GETRANGE leaves out the last byte where its end is negative",
    file: "commands/string.ts",
    from: "last < 0 ? value.length + last : last)",
    to: "last < 0 ? value.length + last - 1 : last)",
  },
  {
    name: "MSETNX sets the keys before the one that exists",
    file: "commands/string.ts",
    from: "if (pairs.some(([key]) => db.has(key))) return 0;\n    setAll(db, pairs);",
    to: "for (const [key, value] of pairs) {\n      if (db.has(key)) return 0;\n      db.set(key, value);\n    }",
  },
  {
    name: "SET GET answers nil for a key of another type",
    file: "commands/string.ts",
    from: "const old = get ? (db.string(key) ?? null) : null;",
    to: "const old = get ? (stringOf(db.get(key)) ?? null) : null;",
  },
  {
    name: "GETEX complains about the time before it looks for the key",
    file: "commands/string.ts",
    from: "const option = getexOption(args);",
    to: 'const option = getexOption(args);\n    if (typeof option === "object") deadline(option.unit, option.operand, now, "getex");',
  },
  {
    name: "LCS IDX leaves out matches of just MINMATCHLEN",
    file: "commands/lcs.ts",
    from: "length >= minMatchLength",
    to: "length > minMatchLength",
  },
  {
    name: "HINCRBY wraps around past 64 bits",
    file: "commands/hash.ts",
    from: "const sum = addIntegers(old, amount);",
    to: "const sum = addIntegers(old, amount) ?? BigInt.asIntN(64, BigInt(old) + BigInt(amount));",
  },
  {
    name: "HINCRBYFLOAT complains about the field in the words of INCRBYFLOAT",
    file: "commands/hash.ts",
    from: 'throw new ReplyError("ERR hash value is not a float");',
    to: "throw notFloat();",
  },
  {
    name: "HGETALL answers an array in RESP3",
    file: "commands/hash.ts",
    from: "return map(items);",
    to: "return items;",
  },
  {
    name: "a hash becomes a hashtable past 128 fields, as a set does",
    file: "values/hash.ts",
    from: "const MAX_LISTPACK_ENTRIES = 512;",
    to: "const MAX_LISTPACK_ENTRIES = 128;",
  },
  {
    name: "LTRIM leaves out the last element of the range",
    file: "commands/list.ts",
    from: "list.trim(...indexRange(first, last, list.length));",
    to: "list.trim(...indexRange(first, last - 1, list.length));",
  },
  {
    name: "LREM takes the sign of its count for the other end",
    file: "values/list.ts",
    from: "count < 0 ? this.#lastMatches(element, -count) : this.#matches(element, count);",
    to: "count > 0 ? this.#lastMatches(element, count) : this.#matches(element, -count);",
  },
  {
    name: "LPOS with a negative RANK searches from the head",
    file: "commands/list.ts",
    from: "const place = rank > 0 ? step : list.length - 1 - step;",
    to: "const place = step;",
  },
  {
    name: "LPOS COUNT 0 finds one match",
    file: "commands/list.ts",
    from: "if (count !== 0 && found.length >= count) break;",
    to: "if (found.length >= count) break;",
  },
  {
    name: "LPOP and RPOP leave an empty list behind",
    file: "commands/list.ts",
    from: "  db.deleteEmpty(key, list);\n  return popped;",
    to: "  return popped;",
  },
  {
    name: "LMOVE loses the element where the destination is no list",
    file: "commands/list.ts",
    from: "const existing = db.list(destination);\n  db.write(source);\n  if (source === destination) return list.rotate(from, to) ?? null;\n  const element = take(list, from);",
    to: "db.write(source);\n  if (source === destination) return list.rotate(from, to) ?? null;\n  const element = take(list, from);\n  const existing = db.list(destination);",
  },
  {
    name: "a set of integers orders them as text",
    file: "values/set.ts",
    from: ".sort(byNumber)",
    to: ".sort()",
  },
  {
    name: "SINTERCARD LIMIT 0 counts nothing",
    file: "commands/set.ts",
    from: "const limit = limitOption(args);\n    const size = intersection(keys.map((key) => db.setOf(key))).length;\n    return limit === 0 ? size : Math.min(limit, size);",
    to: "const limit = args.more() ? limitOption(args) : Infinity;\n    const size = intersection(keys.map((key) => db.setOf(key))).length;\n    return Math.min(limit, size);",
  },
  {
    name: "a set becomes a hashtable with its 128th member",
    file: "values/set.ts",
    from: "const MAX_LISTPACK_ENTRIES = 128;",
    to: "const MAX_LISTPACK_ENTRIES = 127;",
  },
  {
    name: "SREM leaves an empty set behind",
    file: "commands/set.ts",
    from: "    db.deleteEmpty(key, members);\n    return removed;",
    to: "    return removed;",
  },
  {
    name: "ZADD INCR answers 0, not nil, where GT or LT keeps the score",
    file: "commands/zset.ts",
    from: "if (options.incr) return scoreReply(last);",
    to: "if (options.incr) return double(last ?? 0);",
  },
  {
    name: "ZSCORE answers a bulk string in RESP3",
    file: "commands/zset.ts",
    from: "return score === undefined ? null : double(score);",
    to: "return score === undefined ? null : formatDouble(score);",
  },
  {
    name: "a small sorted set keeps the sign of zero",
    file: "values/sorted-set.ts",
    from: 'const score = given === 0 && this.#encoding === "listpack" ? 0 : given;',
    to: "const score = given;",
  },
  {
    name: "a sorted set of 129 members is still a listpack",
    file: "values/sorted-set.ts",
    from: "const MAX_LISTPACK_ENTRIES = 128;",
    to: "const MAX_LISTPACK_ENTRIES = 129;",
  },
  {
    name: "ZRANGE leaves out the last element",
    file: "commands/zset-range.ts",
    from: "return ({ size }) => indexRange(start, stop, size);",
    to: "return ({ size }) => indexRange(start, stop - 1, size);",
  },
  {
    name: "ZRANGE REV ignores the offset of LIMIT",
    file: "commands/zset-range.ts",
    from: "[Math.max(start, end - offset - count), end - offset]",
    to: "[Math.max(start, end - count), end]",
  },
  {
    name: "ZLEXCOUNT takes the exclusive lower bound in",
    file: "values/sorted-set.ts",
    from: "return min.exclusive ? member > min.member : member >= min.member;",
    to: "return member >= min.member;",
  },
  {
    name: "ZUNIONSTORE makes nan of inf and -inf",
    file: "commands/zset-combine.ts",
    from: "(Number.isNaN(a + b) ? 0 : a + b)",
    to: "a + b",
  },
  {
    name: "RENAME loses the deadline",
    file: "keyspace/database.ts",
    from: "this.set(to, value, expireAt);",
    to: "this.set(to, value);",
  },
  {
    name: "COPY makes two keys of one value",
    file: "keyspace/value.ts",
    from: "value instanceof EncodedString ? value : value.clone();",
    to: "value instanceof EncodedString ? value : value;",
  },
  {
    name: "RENAMENX looks for the new key before the old one",
    file: "commands/generic.ts",
    from: "if (!db.has(from)) throw noSuchKey();\n    if (db.has(to)) return 0;",
    to: "if (db.has(to)) return 0;\n    if (!db.has(from)) throw noSuchKey();",
  },
  {
    name: "a string of 40 bytes is encoded as raw",
    file: "keyspace/value.ts",
    from: "const EMBEDDED_LENGTH = 44;",
    to: "const EMBEDDED_LENGTH = 39;",
  },
  {
    name: "a *STORE command with an empty result leaves what was there",
    file: "keyspace/database.ts",
    from: "if (result.size === 0) this.delete(key);\n    else this.set(key, result);",
    to: "if (result.size > 0) this.set(key, result);",
  },
  {
    name: "a *STORE command keeps the deadline of the destination",
    file: "keyspace/database.ts",
    from: "else this.set(key, result);",
    to: "else this.put(key, result);",
  },
  {
    name: "EXPIRE GT takes a key without a deadline for one that ends at 0",
    file: "commands/expire.ts",
    from: "GT: (current, at) => current !== undefined && at > current,",
    to: "GT: (current, at) => at > (current ?? 0),",
  },
  {
    name: "EXPIRETIME and TTL cut off part of a second",
    file: "commands/expire.ts",
    from: "Math.floor((ms + 500) / 1000)",
    to: "Math.floor(ms / 1000)",
  },
  {
    name: "SET EX takes a time of 0",
    file: "commands/operands.ts",
    from: "if (amount <= 0) throw invalidExpire(command);",
    to: "if (amount < 0) throw invalidExpire(command);",
  },
  {
    name: "a key dies at a deadline that was replaced",
    file: "keyspace/database.ts",
    from: "return this.#deadlines.get(key) === at;",
    to: "return this.#deadlines.has(key);",
  },
  {
    name: "DBSIZE, KEYS and SCAN count keys whose time is up",
    file: "engine.ts",
    from: "this.#keyspace.advanceTo(now);",
    to: 'if (!/^(?:dbsize|keys|scan)$/i.test(argv[0] ?? "")) this.#keyspace.advanceTo(now);',
  },
  {
    name: "SORT DESC leaves elements of equal weight ascending",
    file: "commands/sort.ts",
    from: "weights.sort(descending ? (a, b) => compare(b, a) : compare);",
    to: "weights.sort(\n    descending ? (a, b) => (a.weight === b.weight ? compare(a, b) : compare(b, a)) : compare,\n  );",
  },
  {
    name: "SORT counts a negative offset of LIMIT from the end",
    file: "commands/sort.ts",
    from: "const start = Math.max(0, offset);",
    to: "const start = offset;",
  },
  {
    name: "SCAN TYPE tells upper case from lower",
    file: "commands/scan.ts",
    from: "type = lowerAscii(args.next());",
    to: "type = args.next();",
  },
  {
    name: "a pattern's [^a] takes a",
    file: "glob.ts",
    from: 'const negated = pattern[start] === "^";',
    to: 'const negated = pattern[start] === "!";',
  },
  {
    name: "007 is taken for an integer",
    file: "values/numbers.ts",
    from: "if (operand.charCodeAt(start) === ZERO) return operand.length === 1 ? 0 : undefined;",
    to: 'if (operand === "-0") return undefined;',
  },
  {
    name: "integers past 2^53 are rounded",
    file: "values/numbers.ts",
    from: "if (value <= Number.MAX_SAFE_INTEGER) return",
    to: "if (value < 2 ** 63) return",
  },
  {
    name: "whole scores past 2^53 are printed with an exponent",
    file: "values/numbers.ts",
    from: "const MAX_PRINTED_INTEGER = 2 ** 62;",
    to: "const MAX_PRINTED_INTEGER = 2 ** 53;",
  },
  {
    name: "INCRBYFLOAT leaves zeros behind the last decimal",
    file: "values/long-double.ts",
    from: 'digits.slice(-DECIMALS).replace(/0+$/, "");',
    to: "digits.slice(-DECIMALS);",
  },
  {
    name: "WATCH does not notice DEL",
    file: "keyspace/database.ts",
    from: "this.write(key);\n    this.#entries.delete(key);",
    to: "this.#entries.delete(key);",
  },
  {
    name: "WATCH does not notice that a key's time is up",
    file: "keyspace/database.ts",
    from: "this.write(key);\n    this.#entries.delete(key);",
    to: "const at = this.#deadlines.get(key);\n    if (at === undefined || at > this.#shared.now) this.write(key);\n    this.#entries.delete(key);",
  },
  {
    name: "EXEC runs although a command could not be queued",
    file: "engine.ts",
    from: "if (transaction !== undefined) transaction.failed = true;",
    to: "",
  },
  {
    name: "EXEC answers nil, not the nil array, where a watched key has changed",
    file: "commands/transactions.ts",
    from: "return watchBroken ? NIL_ARRAY : transaction.queue.map(run);",
    to: "return watchBroken ? null : transaction.queue.map(run);",
  },
  {
    name: "EXEC runs nothing behind the first command that fails",
    file: "commands/transactions.ts",
    from: "transaction.queue.map(run);",
    to: "transaction.queue.reduce<Reply[]>(\n          (replies, argv) => (replies.at(-1) instanceof ReplyError ? replies : [...replies, run(argv)]),\n          [],\n        );",
  },
  {
    name: "DISCARD keeps what is watched",
    file: "commands/transactions.ts",
    from: "session.endTransaction();\n    return OK;",
    to: "session.transaction = undefined;\n    return OK;",
  },
  {
    name: "SELECT takes one database too many",
    file: "commands/connection.ts",
    from: "database >= databases",
    to: "database > databases",
  },
  {
    name: "FLUSHDB empties every database",
    file: "commands/server.ts",
    from: "({ db }, args) => {\n    flushOptions(args);\n    db.clear();",
    to: "({ keyspace }, args) => {\n    flushOptions(args);\n    keyspace.clear();",
  },
  {
    name: "options are known in upper case only",
    file: "commands/args.ts",
    from: "return upperAscii(this.next());",
    to: "return this.next();",
  },
  {
    name: "XADD takes an ID that is equal to the last",
    file: "commands/stream.ts",
    from: "compareIds(id, last) > 0) return id;",
    to: "compareIds(id, last) >= 0) return id;",
  },
  {
    name: "XADD MAXLEN ~ trims exactly",
    file: "values/stream.ts",
    from: "if (approximate) break;",
    to: "",
  },
  {
    name: "XRANGE leaves out the end of a millisecond",
    file: "commands/stream-operands.ts",
    from: "return anyStreamId(operand, MAX_UINT64);",
    to: "return anyStreamId(operand);",
  },
  {
    name: "a stream goes with its last entry",
    file: "commands/stream.ts",
    from: "return ids.filter((id) => stream.delete(id)).length;",
    to: "const deleted = ids.filter((id) => stream.delete(id)).length;\n    if (stream.size === 0) db.delete(key);\n    return deleted;",
  },
  {
    name: "XREADGROUP NOACK makes entries pending",
    file: "commands/stream-read.ts",
    from: "if (noAck) continue;",
    to: "",
  },
  {
    name: "XREADGROUP leaves deleted entries out of a consumer's history",
    file: "commands/stream-read.ts",
    from: "replies.push(entry === undefined ? [formatId(pending.id), NIL_ARRAY] : entryReply(entry));",
    to: "if (entry !== undefined) replies.push(entryReply(entry));",
  },
  {
    name: "XCLAIM JUSTID counts a delivery",
    file: "commands/stream-pending.ts",
    from: "else if (!options.justId) countDelivery(pending);",
    to: "else countDelivery(pending);",
  },
  {
    name: "XCLAIM keeps deleted entries pending",
    file: "commands/stream-pending.ts",
    from: "if (entry === undefined) {\n        group.acknowledge(id);\n        continue;",
    to: "if (entry === undefined) {\n        continue;",
  },
  {
    name: "XAUTOCLAIM does not count deleted entries",
    file: "commands/stream-pending.ts",
    from: "if (claimed.length + deleted.length >= count) break;",
    to: "if (claimed.length >= count) break;",
  },
  {
    name: "XGROUP DELCONSUMER leaves its entries pending for the group",
    file: "values/consumer-group.ts",
    from: "for (const { id } of consumer.pending.from()) this.pending.delete(id);",
    to: "",
  },
  {
    name: "XINFO GROUPS counts the lag over deleted entries",
    file: "values/stream.ts",
    from: "const known = entriesRead !== undefined && !this.#hasDeletedFrom(lastId);",
    to: "const known = entriesRead !== undefined;",
  },
];
