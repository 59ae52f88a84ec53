/** How many nodes Redis's radix tree (rax.c) has for a stream: XINFO STREAM tells it. */
import type { StreamId } from "./stream-id.js";

/** The bytes of an ID as a key. */
const KEY_LENGTH = 16;

/** The nodes of a tree whose keys are these IDs, which are in order. */
export function radixTreeNodes(ids: readonly StreamId[]): number {
  if (ids.length === 0) return 1;
  return nodesBelow(ids.map(hexadecimal), 0);
}

/** Below a depth that all of the keys share: a node for what they go on sharing, then a branch, or the end of the one key. */
function nodesBelow(keys: readonly string[], depth: number): number {
  const [first = ""] = keys;
  const branch = commonLength(first, keys.at(-1) ?? first);
  const shared = branch > depth ? 1 : 0;
  if (keys.length === 1) return shared + 1;
  let nodes = shared + 1;
  let start = 0;
  for (let end = 1; end <= keys.length; end++) {
    if (end < keys.length && byteAt(keys[end], branch) === byteAt(keys[start], branch)) continue;
    nodes += nodesBelow(keys.slice(start, end), branch + 1);
    start = end;
  }
  return nodes;
}

function hexadecimal({ ms, seq }: StreamId): string {
  return ms.toString(16).padStart(16, "0") + seq.toString(16).padStart(16, "0");
}

function byteAt(key: string | undefined, index: number): string | undefined {
  return key?.slice(index * 2, index * 2 + 2);
}

/** How many bytes two keys share. */
function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < KEY_LENGTH && byteAt(a, length) === byteAt(b, length)) length++;
  return length;
}
