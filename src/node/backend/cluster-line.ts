/**
 * A cluster behind the doors. A command goes to the node of its keys, as ioredis finds it; what means the whole database goes to every
 * master, and their replies are put together. Keys of several slots in one command are refused by the cluster (CROSSSLOT).
 */
import type { Cluster, Redis } from "ioredis";
import { bytes, upperAscii, type ByteString } from "../../bytes.js";
import { ReplyError } from "../../errors.js";
import type { Reply } from "../../reply.js";
import type { Session } from "../../session.js";
import {
  away,
  commandOf,
  hearAllErrors,
  noteReasons,
  readReplies,
  send,
  transact,
  type Library,
} from "./connection.js";
import { connectionOptions, firstOf, retryDelay, type Line } from "./line.js";
import { listen } from "./listening.js";
import type { Settings } from "./settings.js";

/** How the masters' replies become one; an error of one of them stands for all. */
type Merge = (replies: readonly Reply[]) => Reply;

const first: Merge = ([reply = null]) => reply;
const sum: Merge = (replies) => replies.reduce<number>((total, each) => total + Number(each), 0);
const concatenation: Merge = (replies) => replies.flatMap(itemsOf);
const least: Merge = ([head, ...others]) =>
  itemsOf(head).map((item, index) =>
    Math.min(...[item, ...others.map((each) => itemsOf(each)[index])].map(Number)),
  );
const firstFound: Merge = (replies) => replies.find((reply) => reply !== null) ?? null;

/** What means the whole database. */
const EVERYWHERE: ReadonlyMap<string, Merge> = new Map<string, Merge>([
  ["DBSIZE", sum],
  ["KEYS", concatenation],
  ["RANDOMKEY", firstFound],
  ["SCRIPT EXISTS", least],
  ["FLUSHALL", first],
  ["FLUSHDB", first],
  ["SCRIPT LOAD", first],
  ["SCRIPT FLUSH", first],
  ["FUNCTION LOAD", first],
  ["FUNCTION DELETE", first],
  ["FUNCTION FLUSH", first],
  ["CONFIG SET", first],
  ["ACL SETUSER", first],
  ["ACL DELUSER", first],
]);

/** A transaction is sent to so many nodes while slots move. */
const MAX_REDIRECTIONS = 4;

export class ClusterLine implements Line {
  readonly #library: Library;
  readonly #cluster: Cluster;

  constructor(library: Library, settings: Settings) {
    this.#library = library;
    this.#cluster = new library.Cluster([...settings.nodes], {
      redisOptions: connectionOptions(settings),
      // A node is connected to when it is first needed; what comes before that waits for it, unsent.
      enableOfflineQueue: true,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      clusterRetryStrategy: retryDelay,
      // A certificate is one of names.
      ...(settings.tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
      lazyConnect: true,
    });
    noteReasons(this.#cluster);
    this.#cluster.on("+node", (node: Redis) => {
      hearAllErrors(node);
      readReplies(node);
    });
    this.#cluster.connect().catch(() => undefined);
  }

  async send(argv: readonly ByteString[]): Promise<Reply> {
    const [name = "", subcommand = ""] = argv.slice(0, 2).map(upperAscii);
    if (name === "SCAN" && argv.length > 1) return this.#scan(argv);
    const merge = EVERYWHERE.get(name) ?? EVERYWHERE.get(`${name} ${subcommand}`);
    if (merge === undefined) return send(this.#library, this.#cluster, argv);
    const masters = this.#masters();
    if (masters.length === 0) return away(this.#cluster);
    const replies = await Promise.all(masters.map((node) => this.#sendTo(node, argv)));
    return replies.find((reply) => reply instanceof ReplyError) ?? merge(replies);
  }

  /** SCAN of one master after another; a cursor tells the master, too. */
  async #scan([
    name = bytes(""),
    cursor = bytes(""),
    ...rest
  ]: readonly ByteString[]): Promise<Reply> {
    const masters = this.#masters();
    const count = BigInt(masters.length);
    if (count === 0n) return away(this.#cluster);
    if (!/^\d{1,40}$/.test(cursor)) return new ReplyError("ERR invalid cursor");
    const index = Number(BigInt(cursor) % count);
    const node = masters[index];
    if (node === undefined) return away(this.#cluster);
    const own = bytes(String(BigInt(cursor) / count));
    const reply = await this.#sendTo(node, [name, own, ...rest]);
    if (reply instanceof ReplyError) return reply;
    const [next, keys = []] = itemsOf(reply);
    const left = BigInt(typeof next === "string" ? next : "0");
    const following = index + 1 < masters.length ? BigInt(index + 1) : 0n;
    return [bytes(String(left === 0n ? following : left * count + BigInt(index))), keys];
  }

  async transact(commands: readonly (readonly ByteString[])[]): Promise<readonly Reply[]> {
    let node = this.#nodeOf(commands);
    for (let left = MAX_REDIRECTIONS; ; left--) {
      if (node === undefined) throw away(this.#cluster);
      if (node.status !== "ready") await connected(node);
      try {
        return await transact(this.#library, node, commands);
      } catch (error) {
        if (left === 0 || !(error instanceof ReplyError) || error.code !== "MOVED") throw error;
        // A transaction in which a command was refused has not been applied.
        const address = error.message.split(" ")[2] ?? "";
        node = this.#masters().find((each) => addressOf(each) === address);
      }
    }
  }

  /** Messages reach every node; MONITOR sees one. */
  async listen(argv: readonly ByteString[], session: Session): Promise<Reply> {
    const [node] = this.#masters();
    if (node === undefined) return away(this.#cluster);
    const own = { lazyConnect: true, enableOfflineQueue: false, retryStrategy: () => null };
    return listen(node.duplicate(own), argv, session);
  }

  tried(): Promise<void> {
    return firstOf(this.#cluster, ["ready", "close", "end"]);
  }

  close(): void {
    this.#cluster.disconnect();
  }

  /** At once where the node is connected, so that commands keep their order. */
  async #sendTo(node: Redis, argv: readonly ByteString[]): Promise<Reply> {
    if (node.status !== "ready") await connected(node);
    return send(this.#library, node, argv);
  }

  #masters(): readonly Redis[] {
    if (this.#cluster.status !== "ready") return [];
    return this.#cluster.nodes("master").toSorted((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
  }

  /** The master of the first key's slot; any of them where there is no key. */
  #nodeOf(commands: readonly (readonly ByteString[])[]): Redis | undefined {
    const masters = this.#masters();
    for (const argv of commands) {
      const command = commandOf(this.#library, argv);
      if (command.getKeys().length === 0) continue;
      const address = this.#cluster.slots[command.getSlot()]?.[0];
      return masters.find((node) => addressOf(node) === address) ?? masters[0];
    }
    return masters[0];
  }
}

function itemsOf(reply: Reply | undefined): readonly Reply[] {
  if (typeof reply !== "object" || reply === null) return [];
  return "kind" in reply || reply instanceof ReplyError ? [] : reply;
}

function addressOf({ options }: Redis): string {
  return `${options.host ?? ""}:${options.port ?? 0}`;
}

/** Resolves when the attempt to connect has come to its end, well or not. */
async function connected(node: Redis): Promise<void> {
  if (node.status === "wait") await node.connect().catch(() => undefined);
  else if (node.status === "connecting" || node.status === "connect") {
    await firstOf(node, ["ready", "close", "end"]);
  }
}
