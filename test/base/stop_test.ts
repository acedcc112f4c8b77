import { expect, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { Stop } from "../../src/base/stop.ts";

test("a stop ends what sleeps by it, once", async () => {
  const stop = new Stop();
  const sleep = systemClock.sleep(600_000, stop);
  let calls = 0;
  stop.addEventListener("abort", () => calls++);
  const deaf = () => calls++;
  stop.addEventListener("abort", deaf);
  stop.removeEventListener("abort", deaf);
  expect([stop.aborted, stop.signal.aborted]).toEqual([false, false]);
  const signal = stop.signal;
  stop.abort();
  stop.abort();
  await sleep;
  await systemClock.sleep(600_000, stop);
  expect([stop.aborted, signal.aborted, stop.signal.aborted, calls]).toEqual([true, true, true, 1]);
});
