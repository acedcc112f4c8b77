/** What people see of a sqlite broker and do to its queues. @module */

import type { DeadLetter, PeekedLetter, QueueInfo, WorkerInfo } from "../../broker.ts";
import type { Database } from "./database.ts";
import type { SqlRow } from "./driver.ts";
import { closeGate } from "./gates.ts";
import { numberOf, textOf, textOrNothing } from "./rows.ts";
import { CONTROL, LETTERS, WORKERS } from "./statements.ts";
import { nextDue, takeBack } from "./claims.ts";
import type { Turn } from "./turn.ts";

type Figures = { -readonly [Key in keyof QueueInfo]: QueueInfo[Key] };

/** Whether time has passed that has not taken effect: a lease has ended, or letters of the queue have become due. */
export function isStale(database: Database, now: number, queue?: string): boolean {
  if (database.get(WORKERS.anyDead, now)) return true;
  return queue !== undefined && database.get(LETTERS.due, queue, now, 1) !== undefined;
}

/** Lets time take effect, as a claim does. */
export function passTime(turn: Turn, queue?: string): void {
  takeBack(turn);
  if (queue !== undefined) turn.promote(queue);
}

/** The figures of every queue that has something to tell. */
export function queues(database: Database, now: number): readonly QueueInfo[] {
  const found = new Map<string, Figures>();
  const at = (row: SqlRow): Figures => {
    const name = textOf(row, "queue");
    const figures = found.get(name) ?? { name, ready: 0, delayed: 0, active: 0, dead: 0, paused: false };
    found.set(name, figures);
    return figures;
  };
  for (const row of database.all(CONTROL.ready)) at(row).ready += numberOf(row, "count");
  for (const row of database.all(CONTROL.delayed, now)) {
    at(row)[numberOf(row, "due") === 1 ? "ready" : "delayed"] += numberOf(row, "count");
  }
  for (const row of database.all(CONTROL.active)) at(row).active += numberOf(row, "count");
  for (const row of database.all(CONTROL.dead)) at(row).dead += numberOf(row, "count");
  for (const row of database.all(CONTROL.paused)) at(row).paused = true;
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The first letters of a queue: ready ones as they would be served, then delayed ones by time. */
export function peek(database: Database, queue: string, limit: number): readonly PeekedLetter[] {
  const ready = database.all(CONTROL.peekReady, queue, limit);
  const delayed = database.all(CONTROL.peekDelayed, queue, limit - ready.length);
  return [
    ...ready.map((row) => ({ ...seen(row, queue), ...versionOf(row), state: "ready" as const })),
    ...delayed.map((row) => ({
      ...seen(row, queue),
      ...versionOf(row),
      state: "delayed" as const,
      due: numberOf(row, "due"),
    })),
  ];
}

/** Its place in the order of becoming ready: each letter under an id has another. */
function versionOf(row: SqlRow): Pick<PeekedLetter, "version"> {
  return { version: String(numberOf(row, "seq")) };
}

/** What peeked and dead letters show alike. */
function seen(row: SqlRow, queue: string): Omit<PeekedLetter, "state" | "version"> {
  const input = textOrNothing(row, "input");
  const gate = textOrNothing(row, "gate");
  return {
    id: textOf(row, "id"),
    queue,
    priority: numberOf(row, "priority"),
    text: textOf(row, "text"),
    ...(input !== undefined && { input }),
    ...(gate !== undefined && { gate }),
  };
}

/** Lets a queue hand letters out again, and wakes as many workers as it has letters for. */
export function resume(turn: Turn, queue: string): void {
  if (turn.run(CONTROL.resume, queue) === 0) return;
  const row = turn.get(LETTERS.countReady, queue, 1_000);
  turn.ready(queue, row ? numberOf(row, "count") : 0);
  const due = nextDue(turn, queue);
  if (due !== undefined) turn.delay(queue, due);
}

/** The dead letters of a queue, the newest first. */
export function dead(database: Database, queue: string, limit: number): readonly DeadLetter[] {
  return database.all(CONTROL.listDead, queue, limit).map((row) => ({
    ...seen(row, queue),
    reason: textOf(row, "reason"),
    at: numberOf(row, "buried"),
  }));
}

/** Puts dead letters back to the end of their queue; tells how many. */
export function revive(turn: Turn, queue: string, ids: readonly string[]): number {
  turn.promote(queue);
  const revived = ids.filter((id) => turn.run(CONTROL.revive, id, queue) > 0);
  for (const id of revived) turn.changed.add(id);
  if (revived.length > 0) turn.ready(queue, revived.length);
  return revived.length;
}

/** Removes dead letters for good, with their gates; tells how many. */
export function discard(turn: Turn, queue: string, ids: readonly string[]): number {
  return ids.filter((id) => {
    const row = turn.get(CONTROL.deadGate, id, queue);
    const gate = row && textOrNothing(row, "gate");
    if (gate !== undefined) closeGate(turn, gate);
    return turn.run(CONTROL.discard, id, queue) > 0;
  }).length;
}

/** The workers that hold a lease. */
export function workers(database: Database, now: number): readonly WorkerInfo[] {
  return database.all(WORKERS.list, now).map((row) => ({
    incarnation: textOf(row, "incarnation"),
    name: textOf(row, "name"),
    active: numberOf(row, "active"),
    leaseLeft: numberOf(row, "until") - now,
  }));
}
