/** How a worker of the memory broker sleeps until there is something to claim. @module */

import type { MemoryStore } from "./memory_store.ts";

/** Sleeps until one of the queues has a letter, at most `atMost` milliseconds, or until the signal. */
export async function waitForLetters(
  store: MemoryStore,
  queues: readonly string[],
  atMost: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = store.clock.now() + atMost;
  while (!signal.aborted) {
    const now = store.clock.now();
    store.passTime(now);
    if (now >= deadline || store.queues.hasReady(queues)) return;
    const until = Math.min(deadline, store.queues.nextDue(queues) ?? deadline, store.leases.nextEnd() ?? deadline);
    await sleepOrRing(store, until - now, signal);
  }
}

/** Sleeps until the bell rings, the time is over, or the signal aborts; leaves no timer behind. */
async function sleepOrRing(store: MemoryStore, ms: number, signal: AbortSignal): Promise<void> {
  const rung = new AbortController();
  store.bell.next().then(() => rung.abort());
  await store.clock.sleep(ms, AbortSignal.any([signal, rung.signal]));
}
