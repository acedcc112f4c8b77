/** How the sqlite broker ends deliveries. @module */

import type { Outcome, Settlement, Withdrawal, WorkerRef } from "../../broker.ts";
import { slotOfWorker } from "./claims.ts";
import { apply, enter, stateOf, timeOf } from "./letters.ts";
import { note } from "./results.ts";
import { textOf } from "./rows.ts";
import { CONTROL, DELIVERIES } from "./statements.ts";
import type { Turn } from "./turn.ts";

/** Ends deliveries, each whole or not at all. */
export function settle(
  turn: Turn,
  worker: WorkerRef,
  outcomes: readonly Outcome[],
  retention: number,
): readonly Settlement[] {
  if (outcomes.length === 0) return [];
  const slot = slotOfWorker(turn, worker);
  if (slot === undefined) return outcomes.map(() => "lost");
  return outcomes.map((outcome) => (end(turn, slot, outcome, retention) ? "settled" : "lost"));
}

/** Ends a delivery; tells whether it was still the worker's. */
function end(turn: Turn, slot: number, outcome: Outcome, retention: number): boolean {
  switch (outcome.kind) {
    case "done":
    case "buried":
      return finish(turn, slot, outcome, retention);
    case "again":
      return again(turn, slot, outcome, retention);
    case "released":
      return release(turn, slot, outcome);
    case "begun":
      return turn.run(DELIVERIES.begin, outcome.delivery.id, slot, outcome.delivery.deliveries) > 0;
  }
}

/** Ends letters that wait, each whole or not at all. */
export function withdraw(
  turn: Turn,
  queue: string,
  letters: readonly Withdrawal[],
  retention: number,
): readonly Settlement[] {
  return letters.map(({ id, version, result, effects }) => {
    const values = [
      turn.now,
      id,
      queue,
      result ?? null,
      turn.now + retention,
      version === undefined ? null : Number(version) || 0,
    ];
    if (turn.run(CONTROL.withdraw, ...values) === 0) return "lost";
    turn.changed.add(id);
    if (effects) apply(turn, effects, retention);
    return "settled";
  });
}

type Outcomes = { readonly [Kind in Outcome["kind"]]: Extract<Outcome, { kind: Kind }> };

function finish(turn: Turn, slot: number, outcome: Outcomes["done" | "buried"], retention: number): boolean {
  const { id, deliveries } = outcome.delivery;
  const values = [turn.now, id, slot, deliveries, outcome.result ?? null, turn.now + retention];
  const count = outcome.kind === "done"
    ? turn.run(DELIVERIES.done, ...values)
    : turn.run(DELIVERIES.bury, ...values, outcome.reason);
  if (count === 0) return false;
  turn.changed.add(id);
  if (outcome.effects) apply(turn, outcome.effects, retention);
  return true;
}

function again(turn: Turn, slot: number, outcome: Outcomes["again"], retention: number): boolean {
  const { id, queue, priority, text, ...times } = outcome.letter;
  turn.promote(queue);
  const due = timeOf(times.due, turn.now);
  const expires = timeOf(times.expires, turn.now);
  const state = stateOf(due, turn.now);
  const values = [id, slot, outcome.delivery.deliveries, state, queue, priority, due, expires, text];
  if (turn.run(DELIVERIES.again, ...values) === 0) return false;
  enter(turn, queue, due, state);
  if (outcome.note !== undefined) note(turn, id, outcome.note, retention);
  return true;
}

function release(turn: Turn, slot: number, { delivery: { id, deliveries } }: Outcomes["released"]): boolean {
  const row = turn.get(DELIVERIES.release, id, slot, deliveries);
  if (row) turn.ready(textOf(row, "queue"));
  return row !== undefined;
}
