/** What people see of a memory broker and do to its queues. @module */

import type { DeadLetter, PeekedLetter, QueueInfo, WorkerInfo } from "../../broker.ts";
import type { MemoryStore } from "./memory_store.ts";
import type { MemoryLetter, MemoryQueue } from "./queues.ts";

/** The figures of every queue that has something to tell. */
export function queues(store: MemoryStore): readonly QueueInfo[] {
  const dead = new Map<string, number>();
  for (const { queue } of store.dead.values()) dead.set(queue, (dead.get(queue) ?? 0) + 1);
  return store.queues.all()
    .map((queue) => figures(queue, dead.get(queue.name) ?? 0))
    .filter(({ ready, delayed, active, dead, paused }) => ready + delayed + active + dead > 0 || paused);
}

function figures({ name, ready, delayed, active, paused }: MemoryQueue, dead: number): QueueInfo {
  return { name, ready: ready.size, delayed: delayed.size, active, dead, paused };
}

/** The first letters of a queue. */
export function peek(store: MemoryStore, queue: string, limit: number): readonly PeekedLetter[] {
  return waiting(store, queue, limit).map(({ id, priority, text, input, gate, order, state, due }) => ({
    ...{ id, queue, priority, text, version: String(order) },
    ...(input !== undefined && { input }),
    ...(gate !== undefined && { gate }),
    ...(state === "delayed" ? { state, due } : { state: "ready" as const }),
  }));
}

function waiting(store: MemoryStore, queue: string, limit: number): readonly MemoryLetter[] {
  const { ready, delayed } = store.queues.get(queue);
  return [...ready.slice(limit), ...delayed.slice(Math.max(0, limit - ready.size))];
}

/** Pauses a queue, or resumes it. */
export function setPaused(store: MemoryStore, queue: string, paused: boolean): void {
  store.queues.get(queue).paused = paused;
  if (!paused) store.bell.ring();
}

/** Marks tasks that are not over. */
export function revoke(store: MemoryStore, ids: readonly string[]): void {
  ids.filter((id) => store.isLive(id)).forEach((id) => store.revoked.add(id));
}

/** The dead letters of a queue, the newest first. */
export function dead(store: MemoryStore, queue: string, limit: number): readonly DeadLetter[] {
  return [...store.dead.values()].filter((letter) => letter.queue === queue).reverse().slice(0, limit);
}

/** Puts dead letters back to the end of their queue. */
export function revive(store: MemoryStore, queue: string, ids: readonly string[], now: number): number {
  return takeDead(store, queue, ids, (letter) => {
    store.results.forget(letter.id);
    store.enter({ id: letter.id, queue, priority: letter.priority, text: letter.text }, now, letter);
  });
}

/** Removes dead letters for good. */
export function discard(store: MemoryStore, queue: string, ids: readonly string[]): number {
  return takeDead(store, queue, ids, ({ gate }) => {
    if (gate !== undefined) store.gates.close(gate);
  });
}

/** Takes the dead letters of these ids out, each once, and tells how many there were. */
function takeDead(
  store: MemoryStore,
  queue: string,
  ids: readonly string[],
  then: (letter: DeadLetter) => void,
): number {
  const letters = [...new Set(ids)].flatMap((id) => store.dead.get(id) ?? []).filter((it) => it.queue === queue);
  for (const letter of letters) {
    store.dead.delete(letter.id);
    then(letter);
  }
  return letters.length;
}

/** The workers that hold a lease. */
export function workers(store: MemoryStore, now: number): readonly WorkerInfo[] {
  return store.leases.all().map(({ incarnation, name, letters, until }) => ({
    ...{ incarnation, name, active: letters.size, leaseLeft: until - now },
  }));
}
