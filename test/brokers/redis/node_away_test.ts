/** A node of a cluster that answers nothing for longer than the lease: only its tasks are let go of, the others run on. */
import { afterEach, expect, test } from "bun:test";
import { Umbel } from "../../../mod.ts";
import { newId, slotOf } from "../../../src/base/ids.ts";
import { silentLogger } from "../../../src/base/log.ts";
import { keySlot } from "../../../src/brokers/redis/cluster/key_slot.ts";
import { redis, type RedisBroker } from "../../../src/brokers/redis/mod.ts";
import { Worker } from "../../../src/worker/mod.ts";
import { startRedisCluster } from "../../support/redis_cluster.ts";
import { until } from "../../support/until.ts";

const PARTITIONS = 16;
const NAMESPACE = "away";
const LEASE = 4_000;
const LIMIT = 60_000;

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
}, 60_000);

/** A task for each partition, which runs until it is told to. */
class Tasks {
  readonly ids: readonly string[] = Array.from({ length: PARTITIONS }, (_, partition) => newId(partition));
  readonly runs = new Map<string, number>();
  readonly aborted = new Map<string, string>();
  readonly enough = Promise.withResolvers<void>();

  worker(broker: RedisBroker, concurrency: number): Promise<Worker> {
    const app = new Umbel("away", { broker, log: silentLogger, lease: { milliseconds: LEASE }, concurrency });
    app.task("long", { bind: true }, async (ctx) => {
      this.runs.set(ctx.id, (this.runs.get(ctx.id) ?? 0) + 1);
      const stopped = new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
      await Promise.race([this.enough.promise, stopped]);
      if (ctx.signal.aborted) this.aborted.set(ctx.id, ctx.signal.reason.name);
      ctx.signal.throwIfAborted();
    });
    return Worker.start(app);
  }
}

test("a worker lets go of the tasks of a node that is away, and of no others", async () => {
  await using cluster = await startRedisCluster(3, { config: { "cluster-require-full-coverage": "no" } });
  const victim = cluster.masters[2];
  if (!victim) return expect.unreachable();
  const url = `redis+cluster://127.0.0.1:${cluster.masters[0]?.port},127.0.0.1:${cluster.masters[1]?.port}`;
  const open = () => redis({ url, namespace: NAMESPACE, partitions: PARTITIONS, timeout: 1_000 });
  const tasks = new Tasks();
  const first = Math.round(2 * 16_384 / 3);
  const isAway = (id: string) => keySlot(`umbel:{${NAMESPACE}/${slotOf(id) % PARTITIONS}}`) >= first;
  const [away, near] = [tasks.ids.filter(isAway), tasks.ids.filter((id) => !isAway(id))];
  expect([away.length, near.length].every((count) => count > 0)).toBe(true);
  const producer = open();
  stops.push(() => producer.close());
  const app = new Umbel("away", { broker: producer });
  for (const id of tasks.ids) await app.send("long", [], { id });
  const worker = await tasks.worker(open(), PARTITIONS);
  stops.push(() => worker.cancel());
  await until("all to run", () => tasks.runs.size === PARTITIONS, LIMIT);

  victim.pause();
  const paused = performance.now();
  await until("its tasks to be told to stop", () => tasks.aborted.size === away.length, LIMIT);
  // Longer than a lease: the others are still this worker's, or somebody would take them now.
  await until("two leases to pass", () => performance.now() - paused > 2 * LEASE, LIMIT);
  expect([...tasks.aborted.keys()].sort()).toEqual(away.toSorted());
  expect(new Set(tasks.aborted.values())).toEqual(new Set(["LeaseLost"]));
  const other = await tasks.worker(open(), PARTITIONS);
  stops.push(() => other.cancel());
  victim.resume();

  await until("its tasks to run again", () => away.every((id) => (tasks.runs.get(id) ?? 0) > 1), LIMIT);
  expect(near.map((id) => tasks.runs.get(id))).toEqual(near.map(() => 1));
  tasks.enough.resolve();
  await until("all to be done", async () => {
    return (await producer.read(tasks.ids)).every((result) => result?.kind === "final");
  }, LIMIT);
  expect(near.map((id) => tasks.runs.get(id))).toEqual(near.map(() => 1));
  expect([...tasks.aborted.keys()].sort()).toEqual(away.toSorted());
  await until("the queues to be empty", async () => {
    return (await producer.queues()).every(({ ready, active, dead }) => ready + active + dead === 0);
  }, LIMIT);
}, 180_000);
