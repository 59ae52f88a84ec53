/** A cluster of real Redis 8 masters on this machine, each with its share of the slots. */
import { utf8 } from "../../src/bytes.js";
import { until } from "./until.js";
import { freePort, startRedis, type RedisConnection, type RedisServer } from "./redis-server.js";

const SLOTS = 16_384;

export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** The nodes' URLs. */
  readonly urls: readonly string[];
  /** Sends a command to one node. → its text, or the reply's type where that has none. */
  on(node: number, ...words: readonly string[]): Promise<string>;
  /** Sends a command to every node. → their texts. */
  onAll(...words: readonly string[]): Promise<readonly string[]>;
  /** Resolves when every node takes the cluster for whole; after a `restart` it is connected to anew. */
  whole(): Promise<void>;
  stop(): void;
}

/** An empty cluster that is whole; `config` holds more parameters of each node. */
export async function startCluster(
  masters: number,
  config: readonly string[] = [],
): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const admins: RedisConnection[] = [];
  const cluster: RedisCluster = {
    nodes,
    get urls() {
      return nodes.map(({ port }) => `redis://127.0.0.1:${port}`);
    },
    on: async (node, ...words) => {
      const reply = await admins[node]?.send(words.map(utf8));
      if (reply === undefined) throw new Error(`the cluster has no node ${node}`);
      return "text" in reply ? reply.text : reply.type;
    },
    onAll: (...words) => Promise.all(nodes.map((_, index) => cluster.on(index, ...words))),
    whole: async () => {
      await Promise.all(
        nodes.map(async (node, index) => {
          admins[index]?.close();
          admins[index] = await node.connect(2);
        }),
      );
      await until(async () => {
        const infos = await cluster.onAll("CLUSTER", "INFO");
        const size = `cluster_size:${masters}`;
        return infos.every((info) => info.includes("cluster_state:ok") && info.includes(size));
      });
    },
    stop: () => {
      for (const admin of admins) admin.close();
      for (const node of nodes) node.stop();
    },
  };
  const start = async (index: number): Promise<string> => {
    const busPort = String(await freePort());
    // A node that is alone learns its address from nobody.
    const own = `--cluster-enabled yes --cluster-port ${busPort} --cluster-announce-ip 127.0.0.1`;
    const timeout = ["--cluster-node-timeout", "2000"];
    const node = await startRedis(undefined, [...own.split(" "), ...timeout, ...config]);
    nodes[index] = node;
    admins[index] = await node.connect(2);
    const [from, to] = [index, index + 1].map((share) => Math.ceil((share * SLOTS) / masters));
    await cluster.on(index, "CLUSTER", "ADDSLOTSRANGE", String(from), String(Number(to) - 1));
    await cluster.on(index, "CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
    return `127.0.0.1 ${node.port} ${busPort}`;
  };
  const addresses = await Promise.all(Array.from({ length: masters }, (_, index) => start(index)));
  for (const address of addresses.slice(1)) {
    await cluster.on(0, "CLUSTER", "MEET", ...address.split(" "));
  }
  await cluster.whole();
  return cluster;
}
