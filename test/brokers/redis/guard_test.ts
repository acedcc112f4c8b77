/** Who sees that a worker has died: whichever is left, with a command or two for each lease, however many there are. */
import { afterEach, expect, test } from "bun:test";
import type { Delivery, WorkerRef } from "../../../src/broker.ts";
import { redis, type RedisBroker } from "../../../src/brokers/redis/mod.ts";
import { upstash } from "../../../src/brokers/redis/upstash/mod.ts";
import { Keys } from "../../../src/brokers/redis/keys.ts";
import { RespConnection } from "../../../src/brokers/redis/resp_connection.ts";
import { CommandCounter } from "../../support/command_counter.ts";
import { until } from "../../support/until.ts";
import { gatewayForTests } from "./rest_fixture.ts";
import { letter } from "./letters.ts";

const gateway = gatewayForTests();
const server = () => gateway().server;

/** Beyond it, a wait has ended by itself and not because somebody saw the death. */
const FOREVER = 600_000;
const LEASE = 1_000;

let count = 0;
let namespace = "";
const alive = new Set<Process>();
afterEach(async () => {
  await Promise.all([...alive].map((process) => process.die()));
});

/** A worker in a process of its own, as far as Redis can tell. */
class Process {
  readonly broker: RedisBroker;
  readonly worker: WorkerRef;
  readonly #end = new AbortController();
  got: Promise<Delivery | undefined> = Promise.resolve(undefined);

  constructor(broker: RedisBroker = redis({ url: server().url, namespace }), lease = LEASE) {
    this.broker = broker;
    this.worker = { incarnation: crypto.randomUUID(), name: "worker", lease };
    alive.add(this);
  }

  async claim(max = 1): Promise<readonly Delivery[]> {
    return (await this.broker.claim(this.worker, { queues: ["q"], max })).deliveries;
  }

  /** Waits and claims in turn until it is handed something. */
  idle(): this {
    this.got = this.#consume().catch((error) => {
      if (this.#end.signal.aborted) return undefined;
      throw error;
    });
    return this;
  }

  async #consume(): Promise<Delivery | undefined> {
    while (!this.#end.signal.aborted) {
      const [delivery] = await this.claim();
      if (delivery) return delivery;
      await this.broker.wait(this.worker, ["q"], FOREVER, this.#end.signal);
    }
  }

  /** Ends without a word: its lease stays, and where it is written down as idle. */
  async die(): Promise<void> {
    alive.delete(this);
    this.#end.abort();
    await this.broker.close();
  }
}

/** Resolves when so many workers sleep. */
async function asleep(workers: number): Promise<void> {
  const connection = await RespConnection.connect({ url: server().url });
  await until(`${workers} workers to sleep`, async () => {
    return await connection.command(["SCARD", `umbel:{${namespace}/0}:i:q`]) === workers;
  });
  await connection.close();
}

function begin(): RedisBroker {
  namespace = `guard ${++count}, of many`;
  return new Process().broker;
}

test("whoever is left of those that sleep brings back what a dead worker held", async () => {
  const producer = begin();
  const busy = new Process();
  const sent = letter();
  await producer.publish({ publish: [sent] });
  const others = Array.from({ length: 5 }, () => new Process());
  expect(await busy.claim()).toHaveLength(1);
  others.forEach((other) => other.idle());
  await asleep(5);
  const [last, ...rest] = others;
  await Promise.all([busy, ...rest].map((process) => process.die()));
  expect((await last?.got)?.id).toBe(sent.id);
}, 60_000);

test("a worker that was asleep when the lease began is told of it, though others were there", async () => {
  const producer = begin();
  const sleepers = Array.from({ length: 4 }, () => new Process().idle());
  await asleep(4);
  const busy = new Process();
  const sent = letter();
  await producer.pause("q");
  await producer.publish({ publish: [sent] });
  await producer.resume("q");
  const first = await Promise.race(sleepers.map(async (process) => (await process.got, process)));
  expect((await first.got)?.id).toBe(sent.id);
  const [last, ...rest] = sleepers.filter((process) => process !== first);
  await Promise.all([busy, first, ...rest].map((process) => process.die()));
  expect((await last?.got)?.id).toBe(sent.id);
}, 60_000);

test("the last worker that goes to sleep while another runs a task sees that one die", async () => {
  const producer = begin();
  const [first, second] = [letter(), letter()];
  const [busy, other] = [new Process(), new Process()];
  const slept = other.idle().got;
  await asleep(1);
  await producer.publish({ publish: [first] });
  const delivery = await slept;
  await producer.publish({ publish: [second] });
  expect(await busy.claim()).toHaveLength(1);
  const { id = "", deliveries = 0 } = delivery ?? {};
  await other.broker.settleAndClaim(other.worker, [{ kind: "done", delivery: { id, deliveries }, result: "r" }], {
    queues: ["q"],
    max: 1,
  });
  other.idle();
  await busy.die();
  expect((await other.got)?.id).toBe(second.id);
}, 60_000);

test("a delayed letter is fetched by another where the one that was woken for it is dead", async () => {
  const producer = begin();
  const sleepers = Array.from({ length: 3 }, () => new Process().idle());
  await asleep(3);
  const told = Promise.withResolvers<void>();
  const listener = await RespConnection.connect({ url: server().url });
  await listener.subscribe([new Keys(namespace, 0).common], () => told.resolve());
  const sent = letter({ due: { in: 800 } });
  await producer.publish({ publish: [sent] });
  await told.promise;
  listener.destroy();
  // Whoever was woken has told the others; two of the three die, one of them perhaps that one.
  for (const dead of sleepers.slice(1)) await dead.die();
  expect((await sleepers[0]?.got)?.id).toBe(sent.id);
}, 60_000);

test("what a worker was woken for that never came is found when the next lease ends", async () => {
  const producer = begin();
  const busy = new Process();
  const held = letter();
  await producer.publish({ publish: [held] });
  expect(await busy.claim()).toHaveLength(1);
  const sleeper = new Process().idle();
  await asleep(1);
  // One that hears its wake-up and is never seen again takes the place of the other among the idle.
  const idle = `umbel:{${namespace}/0}:i:q`;
  const woken = Promise.withResolvers<void>();
  const gone = await RespConnection.connect({ url: server().url });
  await gone.subscribe(["umbel:c:gone"], () => woken.resolve());
  const connection = await RespConnection.connect({ url: server().url });
  await connection.command(["DEL", idle]);
  await connection.command(["SADD", idle, "umbel:c:gone"]);
  const sent = letter();
  await producer.publish({ publish: [sent] });
  await woken.promise;
  let over = false;
  const renewing = (async () => {
    while (!over) {
      await busy.broker.heartbeat(busy.worker, [held.id]);
      await new Promise((resolve) => setTimeout(resolve, LEASE / 5));
    }
  })();
  expect((await sleeper.got)?.id).toBe(sent.id);
  over = true;
  await renewing;
  gone.destroy();
  await connection.close();
}, 60_000);

test("a worker that only looks now and then brings back what a dead worker held", async () => {
  const producer = begin();
  const { url, token } = gateway().access;
  const [busy, other] = [new Process(), new Process(upstash({ url, token, namespace, listen: false }))];
  const sent = letter();
  await producer.publish({ publish: [sent] });
  expect(await busy.claim()).toHaveLength(1);
  other.idle();
  await busy.die();
  expect((await other.got)?.id).toBe(sent.id);
}, 60_000);

test("one of all that sleep looks at each lease, not each of them", async () => {
  const producer = begin();
  const [workers, lease] = [12, 2_000];
  const busy = new Process(undefined, lease);
  await producer.publish({ publish: [letter()] });
  const [delivery] = await busy.claim();
  const open = () => redis({ url: server().url, namespace });
  Array.from({ length: workers }, () => new Process(open(), lease).idle());
  await asleep(workers);
  const counter = await CommandCounter.start(server().url);
  const end = Date.now() + 3 * lease;
  const cost = await counter.count(async () => {
    while (Date.now() < end) {
      await busy.broker.heartbeat(busy.worker, [delivery?.id ?? ""]);
      await new Promise((resolve) => setTimeout(resolve, lease / 3));
    }
  });
  await counter.stop();
  // Three leases, each seen by one; by all it would be 36 and the heartbeats.
  expect(cost.sent).toBeLessThan(28);
  expect((await busy.broker.heartbeat(busy.worker, [delivery?.id ?? ""])).lost).toBe(false);
}, 60_000);
