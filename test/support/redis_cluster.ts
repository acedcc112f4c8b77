/** A real Redis Cluster for tests: masters on free loopback ports that share all slots. */
import type { RespAddressOptions } from "../../src/brokers/redis/resp_address.ts";
import { RespConnection } from "../../src/brokers/redis/resp_connection.ts";
import { CERTIFICATE } from "./certificate.ts";
import { freePort, type RedisServer, type RedisServerOptions, startRedisServer } from "./redis_server.ts";
import { until } from "./until.ts";

const SLOTS = 16_384;

/** A cluster that runs. */
export interface RedisCluster extends AsyncDisposable {
  readonly masters: readonly RedisServer[];
  /** `redis+cluster://…`, or `rediss+cluster://…`, with the first master's address: the others are learned from it. */
  readonly url: string;
  /** Starts a replica of a master, and waits until it has all of that one's data. */
  addReplica(of: RedisServer): Promise<RedisServer>;
  /** Lets a replica take the place of its master, which becomes its replica: with all data, as both are there. */
  failover(replica: RedisServer): Promise<void>;
  /** Lets another master serve a slot, with all its keys. `meanwhile` runs when those have moved, and the slot has not. */
  moveSlot(slot: number, to: RedisServer, meanwhile?: () => Promise<void>): Promise<void>;
  /** Sends every master a command. */
  tell(...command: string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a cluster and waits until it is whole. */
export async function startRedisCluster(size = 3, options: RedisServerOptions = {}): Promise<RedisCluster> {
  const masters: RedisServer[] = [];
  for (let i = 0; i < size; i++) masters.push(await startMaster(options));
  const cluster = new Cluster(masters, options);
  await cluster.join();
  return cluster;
}

async function startMaster(options: RedisServerOptions): Promise<RedisServer> {
  const config = { "cluster-enabled": "yes", "cluster-port": String(await freePort()), "cluster-node-timeout": "2000" };
  // A server that was built without TLS does not know the word.
  const tls: Record<string, string> = options.tls ? { "tls-cluster": "yes" } : {};
  return await startRedisServer({ ...options, config: { ...options.config, ...config, ...tls } });
}

/** How to connect to a server of a test, which may be one that has to be trusted first. */
function addressOf({ url }: RedisServer): RespAddressOptions {
  return url.startsWith("rediss:") ? { url, tls: { ca: CERTIFICATE } } : { url };
}

async function ask(server: RedisServer, ...command: (string | number)[]): Promise<string> {
  const connection = await RespConnection.connect(addressOf(server));
  try {
    return String(await connection.command(command));
  } finally {
    await connection.close();
  }
}

class Cluster implements RedisCluster {
  readonly masters: readonly RedisServer[];
  readonly #replicas: RedisServer[] = [];
  readonly #options: RedisServerOptions;
  readonly url: string;

  constructor(masters: readonly RedisServer[], options: RedisServerOptions) {
    this.masters = masters;
    this.#options = options;
    this.url = `${options.tls ? "rediss" : "redis"}+cluster://127.0.0.1:${masters[0]?.port}`;
  }

  /** Shares out the slots and introduces the masters to each other. */
  async join(): Promise<void> {
    const [first, ...others] = this.masters;
    if (!first) return;
    for (const [i, master] of this.masters.entries()) {
      const [from, to] = [i, i + 1].map((place) => Math.round(place * SLOTS / this.masters.length));
      await ask(master, "CLUSTER", "ADDSLOTSRANGE", from ?? 0, (to ?? 0) - 1);
      await ask(master, "CLUSTER", "SET-CONFIG-EPOCH", i + 1);
    }
    for (const { port, busPort } of await Promise.all(others.map(withBus))) {
      await ask(first, "CLUSTER", "MEET", "127.0.0.1", port, busPort);
    }
    for (const master of this.masters) {
      await until("the cluster to be whole", async () => {
        const info = await ask(master, "CLUSTER", "INFO");
        return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${this.masters.length}`);
      }, 60_000);
    }
  }

  async addReplica(of: RedisServer): Promise<RedisServer> {
    const replica = await startMaster(this.#options);
    this.#replicas.push(replica);
    const { port, busPort } = await withBus(of);
    await ask(replica, "CLUSTER", "MEET", "127.0.0.1", port, busPort);
    const master = await ask(of, "CLUSTER", "MYID");
    await until("the replica to know its master", async () => {
      return await ask(replica, "CLUSTER", "REPLICATE", master).then(() => true, () => false);
    });
    await until("the replica to have the data", async () => {
      return (await ask(replica, "INFO", "replication")).includes("master_link_status:up");
    });
    return replica;
  }

  async failover(replica: RedisServer): Promise<void> {
    const leads = async () => (await ask(replica, "ROLE")).startsWith("master");
    for (let tries = 0; !await leads() && tries < 10; tries++) {
      // Refused while the link to the master is down; given up by the servers after five seconds.
      await ask(replica, "CLUSTER", "FAILOVER").catch(() => {});
      await until("the replica to take over", leads, 6_000).catch(() => {});
    }
    if (!await leads()) throw new Error("Cannot go on as the replica must have taken over: it has not");
  }

  async moveSlot(slot: number, to: RedisServer, meanwhile?: () => Promise<void>): Promise<void> {
    const nodes = (await ask(to, "CLUSTER", "NODES")).trim().split("\n").map((line) => line.split(" "));
    const owner = nodes.find((fields) => fields.slice(8).some((range) => holds(range, slot)));
    const from = this.masters.find(({ port }) => owner?.[1]?.includes(`:${port}@`));
    const target = await ask(to, "CLUSTER", "MYID");
    if (!from || from === to) return;
    await ask(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", owner?.[0] ?? "");
    await ask(from, "CLUSTER", "SETSLOT", slot, "MIGRATING", target);
    const connection = await RespConnection.connect(addressOf(from));
    for (let keys: unknown[] = [""]; keys.length > 0;) {
      const reply = await connection.command(["CLUSTER", "GETKEYSINSLOT", slot, 100]);
      keys = Array.isArray(reply) ? reply : [];
      if (keys.length > 0) {
        await connection.command(["MIGRATE", "127.0.0.1", to.port, "", 0, 5_000, "KEYS", ...keys.map(String)]);
      }
    }
    await connection.close();
    await meanwhile?.();
    for (const master of [to, from, ...this.masters]) await ask(master, "CLUSTER", "SETSLOT", slot, "NODE", target);
  }

  async tell(...command: string[]): Promise<void> {
    await Promise.all(this.masters.map((master) => ask(master, ...command)));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.masters, ...this.#replicas].map((server) => server.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function withBus(server: RedisServer): Promise<{ port: number; busPort: number }> {
  const busPort = /@(\d+)/.exec(await ask(server, "CLUSTER", "NODES"))?.[1];
  return { port: server.port, busPort: Number(busPort) };
}

function holds(range: string, slot: number): boolean {
  const [first = NaN, last = first] = range.split("-").map(Number);
  return slot >= first && slot <= last;
}
