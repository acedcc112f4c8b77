import { expect, test } from "bun:test";
import { FakeClock } from "../../src/testing/fake_clock.ts";

test("A sleeper wakes up at its time, and not before", async () => {
  const clock = new FakeClock(1_000);
  let woke = 0;
  void clock.sleep(500).then(() => woke = clock.now());
  await clock.advance(499);
  expect([woke, clock.sleeping]).toEqual([0, 1]);
  await clock.advance(1);
  expect([woke, clock.sleeping]).toEqual([1_500, 0]);
});

test("Sleepers wake up in the order of their times, each seeing its own", async () => {
  const clock = new FakeClock(0);
  const seen: number[] = [];
  for (const ms of [30, 10, 20]) void clock.sleep(ms).then(() => seen.push(clock.now()));
  await clock.advance(100);
  expect(seen).toEqual([10, 20, 30]);
  expect(clock.now()).toBe(100);
});

test("What goes to sleep again meanwhile is woken again", async () => {
  const clock = new FakeClock(0);
  const seen: number[] = [];
  const tick = async () => {
    while (seen.length < 5) {
      await clock.sleep(10);
      seen.push(clock.now());
    }
  };
  const done = tick();
  await clock.advance(50);
  await done;
  expect(seen).toEqual([10, 20, 30, 40, 50]);
});

test("A sleep ends with its signal, and leaves nothing behind", async () => {
  const clock = new FakeClock(0);
  const stop = new AbortController();
  const sleep = clock.sleep(1_000, stop.signal);
  stop.abort();
  await sleep;
  await clock.sleep(1_000, stop.signal);
  expect(clock.sleeping).toBe(0);
});
