/** What a broker over TCP does when Redis is in trouble. */
import { afterEach, describe, expect, test } from "bun:test";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import type { Delivery, Outcome, WorkerRef } from "../../../src/broker.ts";
import { BrokerRefused, BrokerUnavailable, QueueFull } from "../../../src/broker_error.ts";
import { redis, type RedisBroker, type RedisOptions } from "../../../src/brokers/redis/mod.ts";
import { RespConnection } from "../../../src/brokers/redis/resp_connection.ts";
import { type RedisServer, type RedisServerOptions, startRedisServer } from "../../support/redis_server.ts";
import { until } from "../../support/until.ts";
import { letter } from "./letters.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedisServer(options);
  ends.push(() => server.stop());
  return server;
}

function open(server: RedisServer, options: RedisOptions = {}): RedisBroker {
  const broker = redis({ url: server.url, ...options });
  ends.push(() => broker.close());
  return broker;
}

/** Sends the server a command of its own. */
async function tell(server: RedisServer, ...command: string[]): Promise<void> {
  const connection = await RespConnection.connect({ url: server.url });
  await connection.command(command).finally(() => connection.close());
}

const worker = (lease = 60_000): WorkerRef => ({ incarnation: crypto.randomUUID(), name: "worker", lease });
const request = { queues: ["q"], max: 100 };
const done = ({ id, deliveries }: Delivery): Outcome => ({ kind: "done", delivery: { id, deliveries }, result: "r" });

/** What a call failed with. */
async function failureOf(call: Promise<unknown>): Promise<Error> {
  const error: unknown = await call.then(() => undefined, (error) => error);
  return error instanceof Error ? error : expect.unreachable("the call should have failed");
}

/** Claims as a worker does: waits until there is something. */
async function consume(broker: RedisBroker, ref: WorkerRef): Promise<Delivery> {
  while (true) {
    const [delivery] = (await broker.claim(ref, request)).deliveries;
    if (delivery) return delivery;
    await broker.wait(ref, ["q"], 600_000, new AbortController().signal);
  }
}

describe("a server that", () => {
  test("has forgotten the scripts is sent them again", async () => {
    const server = await start();
    const broker = open(server);
    const ref = worker();
    for (let i = 0; i < 3; i++) {
      await tell(server, "SCRIPT", "FLUSH");
      await broker.publish({ publish: [letter()] });
      const { deliveries } = await broker.claim(ref, request);
      expect(await broker.settle(ref, deliveries.map(done))).toEqual(["settled"]);
    }
  }, 60_000);

  test("cuts all connections still wakes a worker that waits", async () => {
    const server = await start();
    const [producer, consumer] = [open(server), open(server)];
    const ref = worker();
    const got = consume(consumer, ref);
    for (let i = 0; i < 3; i++) {
      await systemClock.sleep(100);
      for (const kind of ["normal", "pubsub"]) await tell(server, "CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes");
    }
    const sent = letter();
    await producer.publish({ publish: [sent] });
    expect((await got).id).toBe(sent.id);
  }, 60_000);

  test("comes back with its data has kept everything", async () => {
    const server = await start({ appendonly: true, config: { appendfsync: "always" } });
    const broker = open(server);
    const ref = worker();
    const [first, second] = [letter(), letter({ due: { in: 300 } })];
    await broker.publish({ publish: [first, second] });
    const [delivery] = (await broker.claim(ref, request)).deliveries;
    await server.restart();
    expect(await broker.heartbeat(ref, [first.id])).toEqual({ lost: false, revoked: [] });
    expect(await broker.settle(ref, delivery ? [done(delivery)] : [])).toEqual(["settled"]);
    expect((await consume(broker, ref)).id).toBe(second.id);
    expect(await broker.read([first.id])).toEqual([{ kind: "final", text: "r" }]);
  }, 60_000);

  test("comes back without its data is served as a new one", async () => {
    const server = await start();
    const [producer, consumer] = [open(server), open(server)];
    const ref = worker();
    await producer.publish({ publish: [letter()] });
    const lost = await consume(consumer, ref);
    const got = consume(consumer, ref);
    await systemClock.sleep(100);
    await server.restart({ empty: true });
    expect((await consumer.heartbeat(ref, [lost.id])).lost).toBe(true);
    expect(await consumer.settle(ref, [done(lost)])).toEqual(["lost"]);
    const sent = letter();
    await producer.publish({ publish: [sent] });
    expect((await got).id).toBe(sent.id);
    const { length } = await consumer.workers();
    expect(length).toBe(1);
  }, 60_000);

  test("is a replica for a while is waited for", async () => {
    const server = await start();
    const broker = open(server);
    await broker.publish({ publish: [letter()] });
    await tell(server, "REPLICAOF", "127.0.0.1", "1");
    const published = broker.publish({ publish: [letter()] });
    await systemClock.sleep(200);
    await tell(server, "REPLICAOF", "NO", "ONE");
    expect(await published).toEqual(["created"]);
  }, 60_000);

  test("is silent leaves it unknown whether a task was sent, and nothing is sent twice", async () => {
    const server = await start();
    const broker = open(server, { timeout: 400 });
    const [first, second] = [letter(), letter({ text: "private" })];
    await broker.publish({ publish: [first] });
    server.pause();
    const failure = await failureOf(broker.publish({ publish: [second] }));
    server.resume();
    expect(failure).toBeInstanceOf(BrokerUnavailable);
    expect(failure).toHaveProperty("effect", "unknown");
    expect(failure.message).not.toContain("private");
    await until("the server to answer", () => broker.publish({ publish: [second] }).then(() => true, () => false));
    expect((await broker.claim(worker(), request)).deliveries.map(({ id }) => id)).toEqual([first.id, second.id]);
  }, 60_000);

  test("is not there has not been sent a task", async () => {
    const server = await start();
    const broker = open(server, { timeout: 200 });
    await server.kill();
    const failure = await failureOf(broker.publish({ publish: [letter()] }));
    expect(failure).toBeInstanceOf(BrokerUnavailable);
    expect(failure).toHaveProperty("effect", "not done");
    await server.restart();
    await until("the server to answer", async () => {
      return await broker.publish({ publish: [letter()] }).then(() => true, () => false);
    });
  }, 60_000);

  test("does not know the password refuses at once, and the password is not told", async () => {
    const server = await start({ password: "right" });
    const broker = redis({ url: server.url.replace("right", "wr%6Fng") });
    ends.push(() => broker.close());
    const failure = await failureOf(broker.publish({ publish: [letter()] }));
    expect(failure).toBeInstanceOf(BrokerRefused);
    expect(Bun.inspect(failure)).not.toMatch(/wrong|wr%6Fng/);
    expect(broker.description).not.toMatch(/wrong|wr%6Fng/);
  }, 60_000);
});

test("where the memory is full nothing is taken in, and what is there is worked off", async () => {
  const server = await start();
  const [producer, consumer] = [open(server, { timeout: 200 }), open(server)];
  const ref = worker();
  await producer.publish({ publish: [letter(), letter(), letter()] });
  const { deliveries: [first, ...rest] } = await consumer.claim(ref, { queues: ["q"], max: 2 });
  await tell(server, "CONFIG", "SET", "maxmemory", "1");
  const failure = await failureOf(producer.publish({ publish: [letter()] }));
  expect(failure).toBeInstanceOf(BrokerUnavailable);
  expect(failure).toHaveProperty("effect", "not done");
  const delivery = first ?? expect.unreachable();
  expect(await consumer.heartbeat(ref, [delivery.id])).toEqual({ lost: false, revoked: [] });
  expect(await consumer.settle(ref, [done(delivery)])).toEqual(["settled"]);
  const again = rest.map(({ id, deliveries }): Outcome => {
    return { kind: "again", delivery: { id, deliveries }, letter: letter({ id, text: "second try" }) };
  });
  expect(await consumer.settle(ref, again)).toEqual(["settled"]);
  expect((await consumer.claim(ref, request)).deliveries.map(({ text }) => text)).toEqual(["x", "second try"]);
  expect(await consumer.read([delivery.id])).toEqual([{ kind: "final", text: "r" }]);
  await consumer.leave(ref);
  expect((await consumer.claim(worker(), request)).deliveries).toHaveLength(2);
}, 60_000);

test("a queue that is full takes no more, and takes again when there is room", async () => {
  const server = await start();
  const broker = open(server, { maxQueueLength: 3 });
  const sent = await Promise.allSettled(Array.from({ length: 6 }, () => broker.publish({ publish: [letter()] })));
  expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  const failure = await failureOf(broker.publish({ publish: [letter({ text: "private" })] }));
  expect(failure).toBeInstanceOf(QueueFull);
  expect(failure).toHaveProperty("queue", "q");
  expect(failure.message).not.toContain("private");
  const late = letter({ due: { in: 600_000 } });
  expect(await broker.publish({ publish: [late, letter({ queue: "other" })] })).toEqual(["created", "created"]);
  expect(await failureOf(broker.publish({ publish: [letter()], hold: [letter()] }))).toBeInstanceOf(QueueFull);
  expect((await broker.queues()).map(({ name, ready, delayed }) => [name, ready, delayed])).toEqual([
    ["other", 1, 0],
    ["q", 3, 1],
  ]);
  await broker.claim(worker(), request);
  expect(await broker.publish({ publish: [letter()] })).toEqual(["created"]);
}, 60_000);

test("a process whose clock is an hour off does nothing at another time", async () => {
  const server = await start();
  const off = (ms: number): Clock => ({ now: () => Date.now() + ms, sleep: systemClock.sleep });
  const [early, late] = [open(server, { clock: off(-3_600_000) }), open(server, { clock: off(3_600_000) })];
  await early.publish({ publish: [letter({ due: { in: 600_000 } }), letter({ expires: { in: 600_000 } })] });
  const ref = worker();
  const { deliveries, nextDue = 0 } = await late.claim(ref, request);
  expect(deliveries.map(({ expired }) => expired)).toEqual([undefined]);
  expect(nextDue).toBeGreaterThan(500_000);
  expect((await early.claim(worker(), request)).deliveries).toEqual([]);
  expect((await early.workers()).map(({ leaseLeft }) => Math.round(leaseLeft / 60_000))).toEqual([1]);
  expect(await early.heartbeat(ref, deliveries.map(({ id }) => id))).toEqual({ lost: false, revoked: [] });
  const soon = letter({ due: { in: 200 } });
  await late.publish({ publish: [soon] });
  expect((await consume(early, worker())).id).toBe(soon.id);
}, 60_000);

test("a worker that was forgotten among the sleeping ones looks by itself, and is woken from then on", async () => {
  const server = await start();
  const [producer, consumer] = [open(server), open(server)];
  const ref = worker();
  const asleep = (ms: number) => consumer.wait(ref, ["q"], ms, new AbortController().signal);
  expect((await consumer.claim(ref, request)).deliveries).toEqual([]);
  const waiting = asleep(500);
  await systemClock.sleep(100);
  await tell(server, "DEL", "umbel:{default/0}:i:q");
  const [first, second] = [letter(), letter()];
  await producer.publish({ publish: [first] });
  await waiting;
  expect((await consumer.claim(ref, request)).deliveries.map(({ id }) => id)).toEqual([first.id]);
  const got = consume(consumer, ref);
  await systemClock.sleep(100);
  await producer.publish({ publish: [second] });
  expect((await got).id).toBe(second.id);
}, 60_000);
