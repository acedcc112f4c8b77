/** What the chaos test plays on: a Redis alone, one behind a gateway over HTTP, a cluster; each with what may befall it. */
import { join } from "node:path";
import { RespClient } from "../../src/brokers/redis/resp_client.ts";
import { freePort, type RedisServer, startRedisServer } from "../support/redis_server.ts";
import { startRedisCluster } from "../support/redis_cluster.ts";

/** A broker that things are done to. */
export interface Stage {
  /** The broker's URL, for the publisher and for the workers. */
  readonly url: string;
  /** What may befall it, by name; each leaves it in working order. */
  readonly harms: Readonly<Record<string, () => Promise<void>>>;
  stop(): Promise<void>;
}

const DURABLE = { appendonly: true, config: { appendfsync: "always" } };

/** A Redis over TCP. */
export async function redisStage(): Promise<Stage> {
  const server = await startRedisServer(DURABLE);
  const harms = {
    "connections cut": () => cutAll(server),
    "server killed": () => crash(server),
    "server frozen": () => freeze(server),
  };
  return { url: server.url, harms, stop: () => server.stop() };
}

/** A Redis behind a gateway, which workers and publishers reach by HTTP alone. */
export async function gatewayStage(): Promise<Stage> {
  const server = await startRedisServer(DURABLE);
  const gateway = new GatewayProcess(server.url, await freePort());
  await gateway.start();
  const harms = {
    "connections cut": () => cutAll(server),
    "gateway killed": () => gateway.restart(),
    "server killed": () => crash(server),
    "gateway frozen": () => gateway.freeze(),
  };
  const stop = async () => {
    await gateway.kill();
    await server.stop();
  };
  return { url: gateway.url, harms, stop };
}

/** Three masters, one of them with a replica that takes over and gives back. */
export async function clusterStage(): Promise<Stage> {
  // A replica takes over when it is told to and has all data: by itself, after a pause of its master on a busy machine, it
  // might do so without what that one confirmed last.
  const config = { ...DURABLE.config, "cluster-replica-no-failover": "yes" };
  const cluster = await startRedisCluster(3, { ...DURABLE, config });
  const [first, second, third] = cluster.masters;
  if (!first || !second || !third) throw new Error("Cannot set the stage as a cluster must have three masters");
  let [leader, follower] = [first, await cluster.addReplica(first)];
  const harms = {
    "connections cut": async () => {
      await Promise.all([leader, follower, second, third].map(cutAll));
    },
    "failover": async () => {
      await cluster.failover(follower);
      [leader, follower] = [follower, leader];
    },
    "master killed": () => crash(Math.random() < 0.5 ? second : third),
  };
  return { url: cluster.url, harms, stop: () => cluster.stop() };
}

/** `umbel gateway` as a process of its own. */
class GatewayProcess {
  readonly url: string;
  readonly #redis: string;
  readonly #port: number;
  #process: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined;

  constructor(redis: string, port: number) {
    this.#redis = redis;
    this.#port = port;
    this.url = `http://:chaos-token@127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    const program = join(import.meta.dir, "../../src/cli/bin.ts");
    const flags = ["--redis", this.#redis, "--port", String(this.#port), "--token", "chaos-token", "-l", "silent"];
    this.#process = Bun.spawn([process.execPath, program, "gateway", ...flags], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    // Its first line says where it listens.
    const reader = this.#process.stdout.getReader();
    const { done } = await reader.read();
    reader.releaseLock();
    if (done) throw new Error("Cannot set the stage as the gateway must start: it has ended");
  }

  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }

  async restart(): Promise<void> {
    await this.kill();
    await pause(500);
    await this.start();
  }

  async freeze(): Promise<void> {
    this.#process?.kill("SIGSTOP");
    await pause(1_500);
    this.#process?.kill("SIGCONT");
  }
}

async function crash(server: RedisServer): Promise<void> {
  await server.kill();
  await pause(500);
  await server.restart();
}

async function freeze(server: RedisServer): Promise<void> {
  server.pause();
  await pause(1_500);
  server.resume();
}

async function cutAll(server: RedisServer): Promise<void> {
  const client = new RespClient({ url: server.url });
  await client.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).catch(() => undefined);
  await client.command(["CLIENT", "KILL", "TYPE", "pubsub"]).catch(() => undefined);
  await client.close();
}

/** Sleeps for up to so many milliseconds. */
async function pause(most: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}
