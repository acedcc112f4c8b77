/** How effects take effect in the memory broker. @module */

import type { Effects, Hop, Letter } from "../../broker.ts";
import type { Entry, MemoryStore } from "./memory_store.ts";

/** Takes letters in, with all that belongs to them, unless it is a publish that is repeated. */
export function publish(store: MemoryStore, effects: Effects, now: number): readonly ("created" | "duplicate")[] {
  store.queues.promote(now);
  const answers = publishLetters(store, effects.publish ?? [], now);
  if (answers.length > 0 && !answers.includes("created")) return answers;
  applyRest(store, effects, now);
  return answers;
}

/** Lets everything take effect that an outcome carries. */
export function apply(store: MemoryStore, effects: Effects, now: number): void {
  publishLetters(store, effects.publish ?? [], now);
  applyRest(store, effects, now);
}

function publishLetters(store: MemoryStore, letters: readonly Letter[], now: number): ("created" | "duplicate")[] {
  return letters.map((letter) => {
    if (store.knows(letter.id, now)) return "duplicate";
    store.enter(letter, now, {});
    return "created";
  });
}

/** All but the new letters, in the order of the interface. */
function applyRest(store: MemoryStore, effects: Effects, now: number): void {
  for (const letter of effects.hold ?? []) {
    if (!store.knows(letter.id, now)) store.held.set(letter.id, letter);
  }
  for (const letter of effects.rehold ?? []) {
    if (!store.hasLetter(letter.id) && !store.results.isOver(letter.id, now)) store.held.set(letter.id, letter);
  }
  effects.gates?.forEach((gate) => store.gates.add(gate));
  effects.send?.forEach(({ hop, input }) => send(store, hop, { input }, now));
  for (const arrival of effects.arrive ?? []) {
    if (store.gates.arrive(arrival)) send(store, arrival.hop, { gate: arrival.gate }, now);
  }
  effects.finish?.forEach(({ id, result }) => store.results.finish(id, result, now));
  effects.drop?.forEach((id) => drop(store, id));
  effects.close?.forEach((id) => store.gates.close(id));
}

/** Sends a letter that is still held. */
function send(store: MemoryStore, { id, queue, priority }: Hop, entry: Entry, now: number): void {
  const letter = store.held.get(id);
  if (!letter) return;
  store.held.delete(id);
  store.enter(letter, now, { queue, priority, ...entry });
}

function drop(store: MemoryStore, id: string): void {
  if (store.held.delete(id)) store.revoked.delete(id);
}
