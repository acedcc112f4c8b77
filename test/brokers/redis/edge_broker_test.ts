import { afterEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/base/clock.ts";
import { idOfKey, newId } from "../../../src/base/ids.ts";
import type { WorkerRef } from "../../../src/broker.ts";
import { BrokerUnavailable } from "../../../src/broker_error.ts";
import { type EdgeBroker, upstashEdge } from "../../../src/brokers/redis/edge/mod.ts";
import { redis, type RedisBroker } from "../../../src/brokers/redis/mod.ts";
import { Producer } from "../../../src/client/mod.ts";
import { until } from "../../support/until.ts";
import { gatewayForTests } from "./rest_fixture.ts";
import { letter } from "./letters.ts";

const gateway = gatewayForTests();
const worker: WorkerRef = { incarnation: "worker", name: "worker", lease: 60_000 };
const closing: RedisBroker[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((broker) => broker.close()));
});

let count = 0;

/** A broker of the edge, and a worker's over TCP on the same letters. */
function pair(options: { resultRetention?: number } = {}): { edge: EdgeBroker; broker: RedisBroker } {
  const namespace = `edge ${++count}`;
  const broker = redis({ url: gateway().server.url, namespace, ...options });
  closing.push(broker);
  return { edge: upstashEdge({ ...gateway().access, namespace, ...options }), broker };
}

const claim = async (broker: RedisBroker) =>
  (await broker.claim(worker, { queues: ["q", "other"], max: 2_000 })).deliveries;

describe("publish", () => {
  test("sends letters that a worker is handed, in their order", async () => {
    const { edge, broker } = pair();
    const letters = [letter({ text: "ä\u0000 \"'\\" }), letter({ priority: 9 }), letter(), letter({ queue: "other" })];
    expect(await edge.publish({ publish: letters })).toEqual(["created", "created", "created", "created"]);
    const got = await claim(broker);
    expect(got.filter(({ queue }) => queue === "q").map(({ id }) => id)).toEqual(
      [1, 0, 2].map((i) => letters[i]?.id ?? ""),
    );
    for (const { id, queue, priority, text } of letters) {
      expect(got).toContainEqual({ id, queue, priority, text, deliveries: 1 });
    }
  });

  test("sends a thousand letters at once", async () => {
    const { edge, broker } = pair();
    const letters = Array.from({ length: 1_000 }, () => letter());
    await edge.publish({ publish: letters });
    expect((await claim(broker)).map(({ id }) => id)).toEqual(letters.map(({ id }) => id));
  });

  test("tells duplicates, also within a batch, and of what others sent", async () => {
    const { edge, broker } = pair();
    const [a, b, c] = [letter(), letter({ id: idOfKey("a key") }), letter()];
    await broker.publish({ publish: [a] });
    expect(await edge.publish({ publish: [a, b, c, c] })).toEqual(["duplicate", "created", "created", "duplicate"]);
    expect(await edge.publish({ publish: [c] })).toEqual(["duplicate"]);
    expect(await broker.publish({ publish: [b] })).toEqual(["duplicate"]);
    expect(await claim(broker)).toHaveLength(3);
  });

  test("sends letters with times and expiries", async () => {
    const { edge, broker } = pair();
    const [later, late, past] = [
      letter({ due: { in: 600_000 }, priority: 3 }),
      letter({ expires: { at: 1 } }),
      letter({ due: { at: 1 }, expires: { in: 600_000 } }),
    ];
    await edge.publish({ publish: [later, late, past] });
    const got = await claim(broker);
    expect(got.map(({ id, expired }) => [id, expired])).toEqual([[late.id, true], [past.id, undefined]]);
    expect((await broker.peek("q", 5)).map(({ id, priority, state }) => [id, priority, state])).toEqual([
      [later.id, 3, "delayed"],
    ]);
  });

  test("wakes a worker that waits, also for one that becomes due", async () => {
    const { edge, broker } = pair();
    for (const due of [undefined, { in: 200 }]) {
      const waiting = broker.wait(worker, ["q"], 600_000, new AbortController().signal);
      await systemClock.sleep(50);
      await edge.publish({ publish: [letter({ due })] });
      await waiting;
      await until("the letter", async () => {
        if ((await claim(broker)).length > 0) return true;
        await broker.wait(worker, ["q"], 600_000, new AbortController().signal);
      });
    }
  });

  test("keeps ids known that wait longer than results are kept", async () => {
    const { edge, broker } = pair({ resultRetention: 100 });
    const [now, later] = [letter(), letter({ due: { in: 600_000 } })];
    await edge.publish({ publish: [now, later] });
    const [delivery] = await claim(broker);
    await broker.settle(worker, [{ kind: "done", delivery: { id: delivery?.id ?? "", deliveries: 1 }, result: "r" }]);
    await until("the result to be forgotten", async () => (await broker.read([now.id]))[0] === null);
    expect(await broker.read([later.id])).toEqual([{ kind: "queued" }]);
  });

  test("refuses what is no letter", async () => {
    const { edge } = pair();
    expect(edge.publish({ publish: [letter()], hold: [letter()] })).rejects.toThrow(TypeError);
    expect(await edge.publish({ hold: [] })).toEqual([]);
  });
});

describe("read", () => {
  test("tells what is known of ids, in their order", async () => {
    const { edge, broker } = pair();
    const [a, b, c] = [letter({ text: "a" }), letter({ text: "b" }), letter({ queue: "waits" })];
    const old = letter({ id: idOfKey("old") });
    await broker.publish({ publish: [a, b, c, old] });
    const deliveries = await claim(broker);
    await broker.note([{ id: b.id, text: "half done" }]);
    const delivery = deliveries.find(({ id }) => id === a.id);
    await broker.settle(worker, [{ kind: "done", delivery: { id: delivery?.id ?? "", deliveries: 1 }, result: "" }]);
    expect(await edge.read([b.id, newId(), a.id, c.id, b.id, old.id])).toEqual([
      { kind: "note", text: "half done" },
      null,
      { kind: "final", text: "" },
      { kind: "queued" },
      { kind: "note", text: "half done" },
      { kind: "queued" },
    ]);
    expect(await edge.read([])).toEqual([]);
  });
});

describe("trouble", () => {
  test("is tried again", async () => {
    const { edge, broker } = pair();
    const { faults } = gateway().gateway;
    faults.add({ status: 503, times: 2 });
    faults.add({ when: "after", drop: true });
    faults.add({ status: 429 });
    await edge.publish({ publish: [letter()] });
    expect(await claim(broker)).toHaveLength(1);
  });

  test("ends in an error that tells what is known", async () => {
    const closed = upstashEdge({ url: "http://127.0.0.1:9", token: "secret", timeout: 200 });
    const error: unknown = await closed.publish({ publish: [letter({ text: "private" })] }).catch((error) => error);
    if (!(error instanceof BrokerUnavailable)) throw error;
    expect(error.effect).toBe("unknown");
    expect(String(error)).not.toMatch(/secret|private/);
  });

  test("that no patience helps is told at once", async () => {
    const { url } = gateway().access;
    const error: unknown = await upstashEdge({ url, token: "wrong" }).publish({
      publish: [letter({ text: "private" })],
    })
      .catch((error) => error);
    expect(String(error)).toMatch(/WRONGPASS/);
    expect(String(error)).not.toMatch(/private/);
  });
});

test("carries a producer", async () => {
  const { edge, broker } = pair();
  const producer = new Producer({ broker: edge, queue: "q" });
  const result = await producer.send("math.add", [1, 2]);
  expect(await result.state()).toBe("QUEUED");
  expect((await claim(broker)).map(({ id }) => id)).toEqual([result.id]);
});
