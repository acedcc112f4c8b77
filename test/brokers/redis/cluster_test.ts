/** What is a cluster's own: where keys lie, slots that move, nodes that send on, scripts that a node does not know. */
import { afterEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/base/ids.ts";
import type { Letter } from "../../../src/broker.ts";
import { hostAndPort } from "../../../src/brokers/redis/cluster/cluster_map.ts";
import { keySlot } from "../../../src/brokers/redis/cluster/key_slot.ts";
import { readClusterUrl } from "../../../src/brokers/redis/cluster/cluster_url.ts";
import { redis, type RedisBroker, type RedisOptions } from "../../../src/brokers/redis/mod.ts";
import { RespConnection } from "../../../src/brokers/redis/resp_connection.ts";
import { startRedisCluster } from "../../support/redis_cluster.ts";
import { until } from "../../support/until.ts";
import { consume, worker } from "./consume.ts";
import { ids, letters } from "./letters.ts";
import { clusterForTests } from "./redis_fixture.ts";

const cluster = clusterForTests();

const closing: RedisBroker[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((broker) => broker.close()));
});

function open(options: RedisOptions): RedisBroker {
  const broker = redis({ url: cluster().url, ...options });
  closing.push(broker);
  return broker;
}

describe("keySlot", () => {
  test("finds slots as the cluster does", () => {
    expect(["123456789", "foo", "umbel:{shop/3}:workers", "{}x", ""].map(keySlot)).toEqual([
      12_739,
      12_182,
      keySlot("shop/3"),
      keySlot("{}x"),
      0,
    ]);
  });
});

describe("readClusterUrl", () => {
  test("reads hosts and credentials", () => {
    expect(readClusterUrl("rediss+cluster://user:p%40ss@a:7000,b,[::1]:7002/")).toEqual({
      nodes: ["a:7000", "b:6379", "[::1]:7002"],
      address: { tls: true, username: "user", password: "p@ss" },
    });
  });

  test("does not print what it cannot read", () => {
    expect(() => readClusterUrl("redis+cluster://user:secret@")).toThrow(TypeError);
    expect(() => readClusterUrl("redis+cluster://user:secret@")).not.toThrow("secret");
  });
});

test("a node is connected to by its bare address, also where that has colons", () => {
  const hosts = ["a:7000", "[::1]:7002", "::1:7002"].map(hostAndPort);
  expect(hosts).toEqual([{ host: "a", port: 7000 }, { host: "::1", port: 7002 }, { host: "::1", port: 7002 }]);
});

test("tasks are spread over all masters, and workers take them from all", async () => {
  const broker = open({ namespace: "spread" });
  const sent = letters(300);
  expect(await broker.publish({ publish: sent })).toEqual(sent.map(() => "created"));
  expect((await broker.queues()).map(({ ready }) => ready)).toEqual([300]);
  expect(ids(await consume(broker, 300, 1, 7, 50))).toEqual(ids(sent));
  expect(await broker.read(ids(sent))).toEqual(sent.map(() => ({ kind: "final", text: "r" })));
}, 60_000);

test("workers that wait are woken, whichever partition the task lies in", async () => {
  const [producer, consumer] = [open({ namespace: "woken" }), open({ namespace: "woken" })];
  const done = consume(consumer, 40, 1, 5);
  const sent = letters(40);
  for (const letter of sent) await producer.publish({ publish: [letter] });
  expect(ids(await done)).toEqual(ids(sent));
}, 60_000);

test("a slot that moves takes its tasks along, and its workers follow", async () => {
  const options = { namespace: "moves", partitions: 1 };
  const [producer, consumer] = [open(options), open(options)];
  const slot = keySlot("moves/0");
  const [first, second] = [letters(5), letters(5)];
  await producer.publish({ publish: first });
  const done = consume(consumer, 10, 3);
  for (const master of cluster().masters) {
    await cluster().moveSlot(slot, master);
    const [letter] = second.splice(0, 1);
    if (letter) await producer.publish({ publish: [letter] });
    if (letter) first.push(letter);
  }
  await producer.publish({ publish: second });
  expect(ids(await done)).toEqual(ids([...first, ...second]));
}, 60_000);

test(
  "a slot whose keys have moved before itself is waited for: scripts have to find all their keys in one place",
  async () => {
    const options = { namespace: "asks", partitions: 1 };
    const [producer, consumer] = [open(options), open(options)];
    const slot = keySlot("asks/0");
    const ref = worker();
    let moves = 0;
    for (const master of cluster().masters) {
      const [before, between] = [letters(3), letters(3)];
      await producer.publish({ publish: before });
      let sent: Promise<unknown> | undefined;
      await cluster().moveSlot(slot, master, async () => {
        moves++;
        sent = producer.publish({ publish: between });
        await new Promise((resolve) => setTimeout(resolve, 300));
      });
      // Where the slot was there already, nothing has moved.
      expect(await (sent ?? producer.publish({ publish: between }))).toEqual(between.map(() => "created"));
      const { deliveries } = await consumer.claim(ref, { queues: ["q"], max: 100 });
      expect(ids(deliveries)).toEqual(ids([...before, ...between]));
      const outcomes = deliveries.map(({ id, deliveries }) => {
        return { kind: "done", delivery: { id, deliveries }, result: "r" } as const;
      });
      expect(await consumer.settle(ref, outcomes)).toEqual(deliveries.map(() => "settled"));
    }
    expect(moves).toBeGreaterThan(1);
  },
  60_000,
);

test("a node that has forgotten the scripts is sent them again", async () => {
  const broker = open({ namespace: "forgetful" });
  for (let i = 0; i < 3; i++) {
    await cluster().tell("SCRIPT", "FLUSH");
    const sent = letters(32);
    await broker.publish({ publish: sent });
    expect(ids(await consume(broker, 32, 32))).toEqual(ids(sent));
  }
}, 60_000);

test("one step that would reach over partitions is refused", async () => {
  const broker = open({ namespace: "steps" });
  const [a, b] = [newId(1), newId(2)].map((id): Letter => ({ id, queue: "q", priority: 0, text: "x" }));
  if (!a || !b) return expect.unreachable();
  expect(broker.publish({ publish: [a], hold: [b] })).rejects.toThrow("same slot");
});

test("a master that dies is followed by its replica, and workers go on", async () => {
  await using own = await startRedisCluster();
  const [victim] = own.masters;
  if (!victim) return expect.unreachable();
  await own.addReplica(victim);
  const survivor = own.masters[1]?.port;
  const options = { url: `redis+cluster://127.0.0.1:${survivor}`, namespace: "failover" };
  const [producer, consumer] = [open(options), open(options)];
  const [before, after] = [letters(40), letters(40)];
  await producer.publish({ publish: before });
  const connection = await RespConnection.connect({ url: victim.url });
  expect(await connection.command(["WAIT", 1, 10_000])).toBe(1);
  await connection.close();
  await victim.kill();
  const done = consume(consumer, 80, 4, 40);
  await until(
    "the replica to take over",
    () => producer.publish({ publish: after }).then(() => true, () => false),
    60_000,
  );
  expect(new Set(ids(await done))).toEqual(new Set(ids([...before, ...after])));
}, 120_000);
