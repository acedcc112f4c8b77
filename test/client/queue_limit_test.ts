/** A workflow whose beginning does not fit into a queue is refused as a whole, however many requests it takes. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import * as z from "zod";
import { type AnyResult, chain, chord, group, QueueFull, type Signature, Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import type { Broker } from "../../src/broker.ts";
import { redis, type RedisBrokerOptions } from "../../src/brokers/redis/mod.ts";
import { upstash } from "../../src/brokers/redis/upstash/mod.ts";
import { type ServedGateway, serveGateway } from "../../src/gateway/mod.ts";
import { Worker } from "../../src/worker/mod.ts";
import { newId, slotOf } from "../../src/base/ids.ts";
import { quiet } from "../support/quiet.ts";
import { CommandCounter } from "../support/command_counter.ts";
import { type RedisCluster, startRedisCluster } from "../support/redis_cluster.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";

let server: RedisServer;
let cluster: RedisCluster;
let gateway: ServedGateway;

beforeAll(async () => {
  server = await startRedisServer();
  cluster = await startRedisCluster();
  gateway = await serveGateway({ redis: server.url, port: 0, token: "token" });
}, 60_000);

afterAll(async () => {
  await gateway?.close();
  await cluster?.[Symbol.asyncDispose]();
  await server?.stop();
}, 60_000);

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const ways: Readonly<Record<string, (options: RedisBrokerOptions) => Broker>> = {
  "over TCP": (options) => redis({ url: server.url, ...options }),
  "over TCP, in four partitions": (options) => redis({ url: server.url, partitions: 4, ...options }),
  "in a cluster": (options) => redis({ url: cluster.url, ...options }),
  "over HTTP": (options) => upstash({ url: gateway.url, token: "token", ...options }),
};

const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index));

/** An app over a broker with a limit, in a namespace of its own. */
function makeApp(open: (options: RedisBrokerOptions) => Broker, maxQueueLength?: number) {
  const namespace = crypto.randomUUID();
  const broker = open({ namespace, ...(maxQueueLength !== undefined && { maxQueueLength }) });
  const app = new Umbel("limit", { broker, log: silentLogger });
  stops.push(() => broker.close(), () => app.close());
  const one = app.task("one", { returns: z.number() }, () => 1);
  const inc = app.task("inc", { args: [z.number()], returns: z.number() }, (x) => x + 1);
  const sum = app.task("sum", { args: [z.array(z.number())], returns: z.number() }, (xs) => xs.reduce((a, b) => a + b));
  return { app, broker, one, inc, sum };
}

type Kit = ReturnType<typeof makeApp>;
type Flow = Signature<[], unknown, AnyResult>;

/** Sends a workflow, and expects that it is refused and that nothing of it is kept. */
async function refused({ broker }: Kit, flow: Flow): Promise<void> {
  const before = await broker.queues();
  const signature = flow.freeze();
  const error: unknown = await signature.delay().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(QueueFull);
  expect(error).toMatchObject({ queue: "default" });
  expect(await broker.queues()).toEqual(before);
  expect(await broker.read([signature.id])).toEqual([null]);
}

for (const [way, open] of Object.entries(ways)) {
  describe(`a queue of bounded length ${way} refuses as a whole`, () => {
    test("a chord whose members would not fit", async () => {
      const kit = makeApp(open, 2_000);
      await refused(kit, chord(list(2_001, () => kit.one.s()), kit.sum.s()));
    }, 60_000);

    test("a group that nothing binds together", async () => {
      const kit = makeApp(open, 2_000);
      await refused(kit, group(list(2_001, () => kit.one.s())));
    }, 60_000);

    test("members that are delayed", async () => {
      const kit = makeApp(open, 2_000);
      await refused(kit, chord(list(2_001, () => kit.one.s()), kit.sum.s()).set({ countdown: "1h" }));
    }, 60_000);

    test("a few members with many steps behind them", async () => {
      const kit = makeApp(open, 700);
      await refused(kit, group(list(701, () => chain(kit.one.s(), kit.inc.s(), kit.inc.s()))));
    }, 60_000);

    test("members for which there is no room, and takes them when there is", async () => {
      const kit = makeApp(open, 2_000);
      const { app, broker, one, sum } = kit;
      const flow = chord(list(1_200, () => one.s()), sum.s()).freeze();
      const slot = slotOf(flow.id);
      const letter = () => ({
        id: newId(slot),
        queue: "default",
        priority: 0,
        text: '{"v":1,"task":"one","ignore":true}',
      });
      await broker.publish({ publish: list(801, letter) });
      await refused(kit, flow);
      const worker = await Worker.start(app, { concurrency: 200 });
      stops.push(() => worker.cancel());
      await quiet(broker);
      expect(await (await flow.delay()).get({ timeout: "60s" })).toBe(1_200);
    }, 120_000);
  });
}

test("who sets no limit pays nothing for it, and who does a command for each queue and request", async () => {
  const counter = await CommandCounter.start(server.url);
  stops.push(async () => counter.stop());
  const sent = async (limit?: number) => {
    const { one, sum } = makeApp((options) => redis({ url: server.url, ...options }), limit);
    const { names } = await counter.count(() => chord(list(2_500, () => one.s()), sum.s()).delay());
    return [names["lua llen"] ?? 0, names["lua zcard"] ?? 0];
  };
  expect(await sent()).toEqual([0, 0]);
  // The members and the relay that begins them; the task that would end an unsent workflow.
  expect(await sent(5_000)).toEqual([2, 1]);
}, 60_000);
