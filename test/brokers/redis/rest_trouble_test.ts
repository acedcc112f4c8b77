/** What brokers over HTTP do when requests fail, streams break, or the database refuses. */
import { afterEach, expect, test } from "bun:test";
import { Redis } from "@upstash/redis";
import { systemClock } from "../../../src/base/clock.ts";
import { newId } from "../../../src/base/ids.ts";
import type { Delivery, Outcome, WorkerRef } from "../../../src/broker.ts";
import { BrokerRefused, BrokerUnavailable } from "../../../src/broker_error.ts";
import type { RedisBroker } from "../../../src/brokers/redis/redis_broker.ts";
import { turn } from "../../../src/brokers/redis/scripts.gen.ts";
import { upstash, type UpstashOptions } from "../../../src/brokers/redis/upstash/mod.ts";
import { gatewayForTests, TOKEN } from "./rest_fixture.ts";
import { letter } from "./letters.ts";

const gateway = gatewayForTests({ limits: { maxRequestBytes: 100_000 } });
const closing: RedisBroker[] = [];
afterEach(async () => {
  gateway().gateway.faults.clear();
  await Promise.all(closing.splice(0).map((broker) => broker.close()));
});

let count = 0;
const newNamespace = () => `rest trouble ${++count}`;

/** The ways to the gateway: by a client made by us, and by one that its user made and that tries again by itself. */
const WAYS: Readonly<Record<string, () => UpstashOptions>> = {
  "a client of ours": () => gateway().access,
  "a client of the user's": () => ({ client: new Redis(gateway().access) }),
};

function open(options: UpstashOptions): RedisBroker {
  const broker = upstash(options);
  closing.push(broker);
  return broker;
}

const worker = (): WorkerRef => ({ incarnation: crypto.randomUUID(), name: "worker", lease: 60_000 });
const request = { queues: ["q"], max: 100 };
const done = ({ id, deliveries }: Delivery): Outcome => ({ kind: "done", delivery: { id, deliveries }, result: "r" });

async function failureOf(call: Promise<unknown>): Promise<Error> {
  const error: unknown = await call.then(() => undefined, (error) => error);
  return error instanceof Error ? error : expect.unreachable("the call should have failed");
}

async function consume(broker: RedisBroker, ref: WorkerRef): Promise<Delivery> {
  while (true) {
    const [delivery] = (await broker.claim(ref, request)).deliveries;
    if (delivery) return delivery;
    await broker.wait(ref, ["q"], 600_000, new AbortController().signal);
  }
}

for (const [way, access] of Object.entries(WAYS)) {
  test(`by ${way}: a publish that failed in any way is there once`, async () => {
    const { faults } = gateway().gateway;
    const broker = open({ ...access(), namespace: newNamespace() });
    const faulty = [
      { status: 503 },
      { status: 500, when: "after" },
      { status: 429 },
      { drop: true },
      { drop: true, when: "after" },
    ] as const;
    const ids: string[] = [];
    for (const fault of faulty) {
      faults.add(fault);
      const sent = letter();
      ids.push(sent.id);
      expect(await broker.publish({ publish: [sent] })).toHaveLength(1);
    }
    expect((await broker.claim(worker(), request)).deliveries.map(({ id }) => id)).toEqual(ids);
  }, 60_000);

  test(`by ${way}: an outcome whose answer is lost took effect, and a claim's letters are given back`, async () => {
    const { faults } = gateway().gateway;
    const broker = open({ ...access(), namespace: newNamespace() });
    const ref = worker();
    await broker.publish({ publish: [letter(), letter(), letter()] });
    const [first] = (await broker.claim(ref, { queues: ["q"], max: 1 })).deliveries;
    if (!first) return expect.unreachable();
    faults.add({
      status: 502,
      when: "after",
      match: (commands) => commands.some(([, sha]) => sha === turn.lockingSha),
    });
    const failure = await failureOf(broker.settleAndClaim(ref, [done(first)], { queues: ["q"], max: 1 }));
    expect(failure).toBeInstanceOf(BrokerUnavailable);
    expect(failure).toHaveProperty("effect", "unknown");
    expect(await broker.heartbeat(ref, [], { exactly: true })).toEqual({ lost: false, revoked: [] });
    expect(await broker.settle(ref, [done(first)])).toEqual(["lost"]);
    expect(await broker.read([first.id])).toEqual([{ kind: "final", text: "r" }]);
    const rest = (await broker.claim(ref, request)).deliveries;
    expect(rest.map(({ deliveries }) => deliveries)).toEqual([1, 1]);
  }, 60_000);

  test(`by ${way}: an error holds neither the text nor the token`, async () => {
    const text = `private ${"x".repeat(200_000)}`;
    const failure = await failureOf(open(access()).publish({ publish: [letter({ text })] }));
    expect(failure).toBeInstanceOf(BrokerRefused);
    expect(Bun.inspect(failure)).not.toMatch(/private/);
    expect(Bun.inspect(failure)).not.toContain(TOKEN);
  }, 60_000);
}

test("a wrong token is refused at once", async () => {
  const broker = open({ url: gateway().access.url, token: "wrong-token" });
  const failure = await failureOf(broker.publish({ publish: [letter()] }));
  expect(failure).toBeInstanceOf(BrokerRefused);
  expect(Bun.inspect(failure)).not.toContain("wrong-token");
  expect(broker.description).not.toContain("wrong-token");
}, 60_000);

test("a worker whose event stream is cut is woken all the same", async () => {
  const namespace = newNamespace();
  const [producer, consumer] = [open({ ...gateway().access, namespace }), open({ ...gateway().access, namespace })];
  const got = consume(consumer, worker());
  for (let i = 0; i < 3; i++) {
    await systemClock.sleep(100);
    gateway().gateway.faults.cutStreams();
  }
  const sent = letter();
  await producer.publish({ publish: [sent] });
  expect((await got).id).toBe(sent.id);
}, 60_000);

test("a result is told of, though the event stream was cut", async () => {
  const namespace = newNamespace();
  const broker = open({ ...gateway().access, namespace });
  const [sent, ref] = [letter(), worker()];
  await broker.publish({ publish: [sent] });
  const changed = Promise.withResolvers<string>();
  const watch = await broker.watch([sent.id], changed.resolve);
  // So many ids are watched by their spans.
  const many = new Set([sent.id, ...Array.from({ length: 300 }, () => newId())]);
  const called = new Set<string>();
  const all = Promise.withResolvers<void>();
  const wide = await broker.watch([...many], (id) => called.add(id) && called.size === many.size && all.resolve());
  gateway().gateway.faults.cutStreams();
  const { deliveries } = await broker.claim(ref, request);
  await broker.settle(ref, deliveries.map(done));
  expect(await changed.promise).toBe(sent.id);
  // After a break each counts as changed.
  await all.promise;
  await Promise.all([watch.close(), wide.close()]);
}, 60_000);

test("what is missing to connect is told", () => {
  const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = process.env;
  delete process.env.UPSTASH_REDIS_REST_URL;
  delete process.env.UPSTASH_REDIS_REST_TOKEN;
  try {
    expect(() => upstash()).toThrow("needs a URL");
    expect(() => upstash({ url: "https://db.example" })).toThrow("needs a token");
    process.env.UPSTASH_REDIS_REST_URL = "https://db.example/";
    process.env.UPSTASH_REDIS_REST_TOKEN = "secret";
    expect(upstash().description).toBe("upstash https://db.example");
    expect(() => upstash({ url: "db.example" })).toThrow(TypeError);
  } finally {
    process.env.UPSTASH_REDIS_REST_URL = UPSTASH_REDIS_REST_URL ?? "";
    process.env.UPSTASH_REDIS_REST_TOKEN = UPSTASH_REDIS_REST_TOKEN ?? "";
  }
});
