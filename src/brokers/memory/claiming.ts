/** How the memory broker hands letters out. @module */

import type { Claim, ClaimRequest, Delivery, WorkerRef } from "../../broker.ts";
import type { MemoryStore } from "./memory_store.ts";
import type { MemoryLetter } from "./queues.ts";

/** Hands out what may run. */
export function claim(store: MemoryStore, worker: WorkerRef, { queues, max }: ClaimRequest, now: number): Claim {
  store.passTime(now);
  const letters = store.queues.take(queues, max);
  if (letters.length > 0) store.leases.grant(worker, letters, now);
  const deliveries = letters.map((letter) => deliver(store, letter, now));
  const due = store.queues.nextDue(queues);
  return due === undefined ? { deliveries } : { deliveries, nextDue: due - now };
}

function deliver(store: MemoryStore, letter: MemoryLetter, now: number): Delivery {
  const { id, queue, priority, text, input, gate } = letter;
  return {
    ...{ id, queue, priority, text, deliveries: ++letter.deliveries },
    ...(input !== undefined && { input }),
    ...(gate !== undefined && { gate }),
    ...(letter.expires < now && { expired: true as const }),
    ...(letter.begun && { begun: true as const }),
    ...(store.revoked.has(id) && { revoked: true as const }),
  };
}
