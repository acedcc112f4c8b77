/** How the sqlite broker hands letters out, and whom it believes to be alive. @module */

import type { Claim, ClaimRequest, Delivery, Heartbeat, WorkerRef } from "../../broker.ts";
import type { Database } from "./database.ts";
import type { SqlRow } from "./driver.ts";
import { numberOf, numberOrNothing, textOf, textOrNothing } from "./rows.ts";
import { DELIVERIES, LETTERS, WORKERS } from "./statements.ts";
import type { Turn } from "./turn.ts";

/** How many letters of a dead worker a claim puts back at most; the next one goes on. */
const TAKEN_BACK_AT_ONCE = 1_000;

/** Which queue was served when, so that the one that waited longest comes first. */
export class Rotation {
  readonly #served = new Map<string, number>();
  #count = 0;

  /** The queues in the order in which they are served now, each once. */
  order(queues: readonly string[]): readonly string[] {
    return [...new Set(queues)].sort((a, b) => (this.#served.get(a) ?? 0) - (this.#served.get(b) ?? 0));
  }

  /** Notes that a queue has been served. */
  serve(queue: string): void {
    this.#served.set(queue, ++this.#count);
  }
}

/** Hands out what may run. */
export function claim(turn: Turn, worker: WorkerRef, { queues, max }: ClaimRequest, rotation: Rotation): Claim {
  takeBack(turn);
  const deliveries: Delivery[] = [];
  let slot: number | undefined;
  for (const queue of rotation.order(queues)) {
    turn.promote(queue);
    if (deliveries.length >= max || !turn.get(LETTERS.hasReady, queue)) continue;
    slot ??= grant(turn, worker);
    deliveries.push(...take(turn, slot, queue, max - deliveries.length));
    rotation.serve(queue);
  }
  const due = earliest(queues, (queue) => dueIn(turn, queue, deliveries.length > 0));
  return described(deliveries, due, turn.now);
}

/** What a claim brings that has nothing to hand out, found without writing; nothing when there may be something. */
export function claimNothing(database: Database, queues: readonly string[], now: number): Claim | undefined {
  if (database.get(WORKERS.anyDead, now)) return undefined;
  if (queues.some((queue) => database.get(LETTERS.mayRun, queue, now))) return undefined;
  return described([], earliest(queues, (queue) => nextDue(database, queue)), now);
}

function described(deliveries: readonly Delivery[], due: number | undefined, now: number): Claim {
  return due === undefined ? { deliveries } : { deliveries, nextDue: Math.max(0, due - now) };
}

/** Puts the first letters of a queue into a worker's hands. SQLite hands them out in no order. */
function take(turn: Turn, slot: number, queue: string, limit: number): readonly Delivery[] {
  const rows = turn.all(DELIVERIES.claim, slot, queue, limit).map((row) => {
    return { row, priority: numberOf(row, "priority"), seq: numberOf(row, "seq") };
  });
  rows.sort((a, b) => b.priority - a.priority || a.seq - b.seq);
  return rows.map(({ row }) => deliver(row, turn.now));
}

/** When the next letter of these queues becomes due. */
export function earliest(
  queues: readonly string[],
  dueIn: (queue: string) => number | undefined,
): number | undefined {
  const times = queues.flatMap((queue) => dueIn(queue) ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** As {@link nextDue}. A worker that is going to be busy then has another one, who sleeps, wake up for it. */
function dueIn(turn: Turn, queue: string, isBusy: boolean): number | undefined {
  const due = nextDue(turn, queue);
  if (due !== undefined && isBusy) turn.delay(queue, due);
  return due;
}

/** When the next letter of a queue becomes due. */
export function nextDue(source: Pick<Database, "get">, queue: string): number | undefined {
  const row = source.get(LETTERS.nextDue, queue);
  return row && numberOrNothing(row, "due");
}

/** Gives a worker its lease, or renews it; tells the slot that stands for it. */
function grant(turn: Turn, { incarnation, name, lease }: WorkerRef): number {
  const row = turn.get(WORKERS.grant, incarnation, name, Math.ceil(turn.now + lease));
  return row ? numberOf(row, "slot") : NaN;
}

function deliver(row: SqlRow, now: number): Delivery {
  const input = textOrNothing(row, "input");
  const gate = textOrNothing(row, "gate");
  return {
    id: textOf(row, "id"),
    queue: textOf(row, "queue"),
    priority: numberOf(row, "priority"),
    text: textOf(row, "text"),
    deliveries: numberOf(row, "deliveries"),
    ...(input !== undefined && { input }),
    ...(gate !== undefined && { gate }),
    ...((numberOrNothing(row, "expires") ?? Infinity) < now && { expired: true as const }),
    ...(numberOf(row, "begun") === 1 && { begun: true as const }),
    ...(numberOf(row, "revoked") === 1 && { revoked: true as const }),
  };
}

/** The slot of a worker that has a lease. */
export function slotOfWorker(turn: Turn, worker: WorkerRef): number | undefined {
  const row = turn.get(WORKERS.find, worker.incarnation);
  return row && numberOf(row, "slot");
}

/** Ends the leases that have run out: what they held goes back to the front of its queue. */
export function takeBack(turn: Turn): void {
  for (const row of turn.all(WORKERS.expired, turn.now)) giveBack(turn, numberOf(row, "slot"), TAKEN_BACK_AT_ONCE);
}

/** Ends a worker's lease. */
export function leave(turn: Turn, worker: WorkerRef): void {
  const slot = slotOfWorker(turn, worker);
  if (slot !== undefined) giveBack(turn, slot, Infinity);
}

/** Puts what a worker holds back, at most so many; the lease is gone when it holds nothing any more. */
function giveBack(turn: Turn, slot: number, limit: number): void {
  const most = Number.isFinite(limit) ? limit : -1;
  const rows = turn.all(DELIVERIES.giveBack, slot, most);
  for (const row of rows) turn.ready(textOf(row, "queue"));
  if (rows.length < limit) turn.run(WORKERS.remove, slot);
}

/** Renews a worker's lease, and tells what it should know. */
export function heartbeat(
  turn: Turn,
  worker: WorkerRef,
  holding: readonly string[],
  exactly: boolean,
): Heartbeat {
  const before = slotOfWorker(turn, worker);
  const held = before === undefined ? holding.length : countHeld(turn, before);
  if (turn.all(WORKERS.expired, turn.now).some((row) => numberOf(row, "slot") === before)) leave(turn, worker);
  const slot = slotOfWorker(turn, worker);
  if (slot !== undefined) grant(turn, worker);
  if (slot !== undefined && exactly) giveBackBeyond(turn, slot, holding);
  return { lost: slot === undefined && held > 0, revoked: revokedOf(turn, holding) };
}

/** Takes back, unburned, what a worker was handed in an answer that it never got. */
function giveBackBeyond(turn: Turn, slot: number, holding: readonly string[]): void {
  for (const row of turn.all(DELIVERIES.giveBackBeyond, slot, JSON.stringify(holding))) {
    turn.ready(textOf(row, "queue"));
  }
}

function countHeld(turn: Turn, slot: number): number {
  const row = turn.get(DELIVERIES.count, slot);
  return row ? numberOf(row, "count") : 0;
}

function revokedOf(turn: Turn, ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return [];
  const revoked = new Set(turn.all(DELIVERIES.revoked, JSON.stringify(ids)).map((row) => textOf(row, "id")));
  return ids.filter((id) => revoked.has(id));
}
