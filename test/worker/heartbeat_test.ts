/** Signs of life where a part of the broker cannot be reached. */
import { expect, test } from "bun:test";
import { silentLogger } from "../../src/base/log.ts";
import type { Heartbeat } from "../../src/broker.ts";
import { memory } from "../../src/brokers/memory/mod.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { HeartbeatService } from "../../src/worker/heartbeat.ts";

const LEASE = 30_000;

/** A service over a broker that answers what `answer` says, and what it has let go of: an id, or all. */
function serve(answer: () => Heartbeat, ids: readonly string[]) {
  const clock = new FakeClock();
  const broker = memory();
  broker.heartbeat = () => Promise.resolve(answer());
  const lost: string[] = [];
  const service = new HeartbeatService({
    broker,
    clock,
    worker: { incarnation: "i", name: "n", lease: LEASE },
    log: silentLogger,
    holding: () => ids,
    revoked: () => {},
    lost: (ids = ["all"]) => lost.push(...ids),
  });
  service.start();
  return { clock, lost, service };
}

/** So many seconds, one after the other. */
async function pass(clock: FakeClock, seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) await clock.advance(1_000);
}

test("only what cannot be reached is let go of, before its lease ends", async () => {
  const { clock, lost, service } = serve(() => ({ lost: false, missed: ["away"], revoked: [] }), ["near", "away"]);
  await pass(clock, 20);
  expect(lost).toEqual([]);
  await pass(clock, 2);
  expect(lost).toEqual(["away"]);
  await pass(clock, 90);
  expect(lost).toEqual(["away"]);
  await service.stop();
});

test("what can be reached again in time is kept", async () => {
  let missed: readonly string[] = ["away"];
  const { clock, lost, service } = serve(() => ({ lost: false, missed, revoked: [] }), ["near", "away"]);
  await pass(clock, 15);
  missed = [];
  await pass(clock, 90);
  expect(lost).toEqual([]);
  await service.stop();
});

test("a lease that was lost in one part is that of its ids", async () => {
  const { clock, lost, service } = serve(() => ({ lost: true, lostIds: ["b"], revoked: [] }), ["a", "b"]);
  await pass(clock, 11);
  expect(lost).toEqual(["b"]);
  await service.stop();
});
