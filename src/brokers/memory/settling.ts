/** How the memory broker ends deliveries, and hears that a worker is alive. @module */

import type { DeliveryRef, Heartbeat, Outcome, Settlement, Withdrawal, WorkerRef } from "../../broker.ts";
import { apply } from "./effects.ts";
import type { MemoryStore } from "./memory_store.ts";
import type { MemoryLetter } from "./queues.ts";

/** Ends deliveries, each whole or not at all. */
export function settle(
  store: MemoryStore,
  worker: WorkerRef,
  outcomes: readonly Outcome[],
  now: number,
): readonly Settlement[] {
  store.queues.promote(now);
  return outcomes.map((outcome) => {
    const letter = find(store, worker, outcome.delivery);
    if (!letter) return "lost";
    end(store, letter, outcome, now);
    return "settled";
  });
}

/** Ends letters that wait, each whole or not at all. */
export function withdraw(
  store: MemoryStore,
  queue: string,
  letters: readonly Withdrawal[],
  now: number,
): readonly Settlement[] {
  return letters.map(({ id, version, result, effects }) => {
    const letter = store.letters.get(id);
    if (letter?.queue !== queue || letter.state === "active") return "lost";
    if (version !== undefined && version !== String(letter.order)) return "lost";
    store.remove(letter);
    over(store, id, { result, effects }, now);
    return "settled";
  });
}

/** Renews a worker's lease, and tells what it should know. */
export function heartbeat(
  store: MemoryStore,
  worker: WorkerRef,
  holding: readonly string[],
  exactly: boolean,
  now: number,
): Heartbeat {
  const before = store.leases.get(worker);
  const held = before ? before.letters.size : holding.length;
  store.passTime(now);
  const lease = store.leases.get(worker);
  if (lease) store.leases.renew(lease, worker, now);
  if (lease && exactly) giveBackBeyond(store, lease.letters, new Set(holding));
  return { lost: !lease && held > 0, revoked: holding.filter((id) => store.revoked.has(id)) };
}

/** Takes back, unburned, what a worker was handed in an answer that it never got. */
function giveBackBeyond(store: MemoryStore, letters: Iterable<MemoryLetter>, holding: ReadonlySet<string>): void {
  const beyond = [...letters].filter(({ id }) => !holding.has(id));
  for (const letter of beyond) letter.deliveries--;
  store.giveBack(beyond);
}

/** The letter of a delivery, when it is still the worker's: the same run of the worker, and the same handing out. */
function find(store: MemoryStore, worker: WorkerRef, { id, deliveries }: DeliveryRef): MemoryLetter | undefined {
  const letter = store.letters.get(id);
  return letter?.owner === worker.incarnation && letter.deliveries === deliveries ? letter : undefined;
}

function end(store: MemoryStore, letter: MemoryLetter, outcome: Outcome, now: number): void {
  if (outcome.kind === "begun") return void (letter.begun = true);
  if (outcome.kind === "released") {
    letter.deliveries--;
    return store.giveBack([letter]);
  }
  store.remove(letter);
  if (outcome.kind === "again") {
    if (outcome.note !== undefined) store.results.note(letter.id, outcome.note, now);
    const { input, gate, expires } = letter;
    return store.enter(outcome.letter, now, { input, gate, expires });
  }
  if (outcome.kind === "buried") bury(store, letter, outcome.reason, now);
  over(store, letter.id, outcome, now);
}

/** What becomes of a task that is over, however it ended. */
function over(
  store: MemoryStore,
  id: string,
  { result, effects }: Omit<Withdrawal, "id" | "version">,
  now: number,
): void {
  store.revoked.delete(id);
  store.results.finish(id, result, now);
  if (effects) apply(store, effects, now);
}

function bury(store: MemoryStore, letter: MemoryLetter, reason: string, now: number): void {
  const { id, queue, priority, text, input, gate } = letter;
  store.dead.set(id, {
    ...{ id, queue, priority, text, reason, at: now },
    ...(input !== undefined && { input }),
    ...(gate !== undefined && { gate }),
  });
}
