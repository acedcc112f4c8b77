/** Random workflows on real brokers, with workers that crash at random: the same values, the same failures, no hang. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnyResult } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import type { Broker } from "../../src/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { redis } from "../../src/brokers/redis/mod.ts";
import { sqlite } from "../../src/brokers/sqlite/mod.ts";
import { upstash } from "../../src/brokers/redis/upstash/mod.ts";
import { type ServedGateway, serveGateway } from "../../src/gateway/mod.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";
import { Crew } from "./crashes.ts";
import { deeds } from "./deeds.ts";
import { anySeed, difference, Model, sampleOf, treeOf } from "./model.ts";
import { Journal, modelApp } from "./model_app.ts";

/** How many workflows are under way at once, and how many workers crash over them. */
const FLOWS = 40;
const CRASHES = 8;

/** How long one workflow may take, crashes and a busy machine included. */
const LIMIT = "90s";

let folder = "";
let server: RedisServer;
let gateway: ServedGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "umbel-canvas-"));
  server = await startRedisServer();
  gateway = await serveGateway({ redis: server.url, port: 0, token: "token" });
}, 60_000);

afterAll(async () => {
  await gateway?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Stores by name; each opens any number of brokers on one new store. */
const stores: Record<string, () => () => Promise<Broker>> = {
  "in memory": () => {
    const first = new MemoryBroker();
    return async () => first.reopen();
  },
  "in SQLite": () => async () => sqlite({ path: join(folder, "crash.sqlite") }),
  "in Redis": () => async () => redis({ url: server.url, namespace: "crash" }),
  "in Redis, in four partitions": () => async () => redis({ url: server.url, namespace: "parts", partitions: 4 }),
  "in Redis over HTTP": () => async () => upstash({ url: gateway.url, token: "token", namespace: "crash-http" }),
};

describe("random workflows with workers that crash", () => {
  for (const [name, store] of Object.entries(stores)) {
    test(`${name} come out as they must`, async () => {
      const open = store();
      const journal = new Journal();
      const broker = await open();
      const app = modelApp(journal, { broker, log: silentLogger });
      const crew = new Crew(open, journal);
      for (let worker = 0; worker < 3; worker++) await crew.join();
      const seed = anySeed();
      const { nodes } = sampleOf(FLOWS, seed);
      try {
        const ends = nodes.map(async (node) => {
          const result: AnyResult = await app.signature(treeOf(node)).delay();
          return await result.get({ timeout: LIMIT, propagate: false });
        });
        const all = Promise.all(ends);
        for (let crash = 0; crash < CRASHES; crash++) {
          await Bun.sleep(20 + Math.random() * 250);
          await crew.crash();
        }
        const values = await all;
        await quiet(broker);
        for (const [index, node] of nodes.entries()) {
          const model = new Model(node);
          expect(difference(values[index], model.shape) ?? "right", `seed ${seed}`).toBe("right");
        }
        expect(deeds(nodes.map((node) => new Model(node)), journal) ?? "right", `seed ${seed}`).toBe("right");
      } finally {
        await crew.end();
        await app.close();
      }
    }, 120_000);
  }
});

async function quiet(broker: Broker): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await Bun.sleep(20)) {
    const queues = await broker.queues();
    if (queues.every(({ ready, delayed, active }) => ready + delayed + active === 0)) return;
  }
  throw new Error("The broker did not come to rest");
}
