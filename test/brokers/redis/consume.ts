/** Workers by hand, for tests of what lies below them: they take tasks and settle them until all are done. */
import { expect } from "bun:test";
import type { Delivery, WorkerRef } from "../../../src/broker.ts";
import { BrokerUnavailable } from "../../../src/broker_error.ts";
import type { RedisBroker } from "../../../src/brokers/redis/mod.ts";

/** A worker that nobody has seen before. */
export const worker = (): WorkerRef => ({ incarnation: crypto.randomUUID(), name: "worker", lease: 60_000 });

/** Workers, each with so many slots, that claim and settle as workers do until so many tasks are done by all together. */
export async function consume(broker: RedisBroker, count: number, ...slots: number[]): Promise<readonly Delivery[]> {
  const got: Delivery[] = [];
  const enough = new AbortController();
  await Promise.all(slots.map(async (max) => {
    const ref = worker();
    while (got.length < count) {
      const claim = await broker.claim(ref, { queues: ["q"], max }).catch((error: unknown) => {
        if (error instanceof BrokerUnavailable) return { deliveries: [] };
        throw error;
      });
      const { deliveries } = claim;
      got.push(...deliveries);
      if (got.length >= count) enough.abort();
      const done = deliveries.map(({ id, deliveries }) => {
        return { kind: "done", delivery: { id, deliveries }, result: "r" } as const;
      });
      expect(await broker.settle(ref, done)).toEqual(done.map(() => "settled"));
      if (deliveries.length < max) await broker.wait(ref, ["q"], 600_000, enough.signal).catch(() => {});
    }
  }));
  return got;
}
