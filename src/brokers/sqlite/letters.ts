/** How letters come into the sqlite broker, are held, sent and dropped, and what else effects do. @module */

import type { Effects, Hop, Letter, Moment } from "../../broker.ts";
import type { Database } from "./database.ts";
import { arrive, closeGate } from "./gates.ts";
import { finish } from "./results.ts";
import { numberOf, textOf } from "./rows.ts";
import { State } from "./schema.ts";
import { GATES, LETTERS } from "./statements.ts";
import type { Turn } from "./turn.ts";

/** Takes letters in, with all that belongs to them, unless it is a publish that is repeated. */
export function publish(turn: Turn, effects: Effects, retention: number): readonly ("created" | "duplicate")[] {
  const answers = (effects.publish ?? []).map((letter) => (insert(turn, letter) ? "created" : "duplicate"));
  if (answers.length === 0 || answers.includes("created")) applyRest(turn, effects, retention);
  return answers;
}

/** Lets everything take effect that an outcome carries. */
export function apply(turn: Turn, effects: Effects, retention: number): void {
  effects.publish?.forEach((letter) => insert(turn, letter));
  applyRest(turn, effects, retention);
}

/** All but the new letters, in the order of the interface. */
function applyRest(turn: Turn, effects: Effects, retention: number): void {
  effects.hold?.forEach((letter) => hold(turn, LETTERS.insert, letter));
  effects.rehold?.forEach((letter) => hold(turn, LETTERS.rehold, letter));
  effects.gates?.forEach(({ id, size, grows }) => turn.run(grows ? GATES.grow : GATES.add, id, size));
  effects.send?.forEach(({ hop, input }) => send(turn, hop, input ?? null, null));
  for (const arrival of effects.arrive ?? []) {
    if (arrive(turn, arrival)) send(turn, arrival.hop, null, arrival.gate);
  }
  effects.finish?.forEach(({ id, result }) => finish(turn, id, result, retention));
  effects.drop?.forEach((id) => turn.run(LETTERS.drop, id));
  effects.close?.forEach((id) => closeGate(turn, id));
}

/** Puts a letter into its queue; tells whether it was new. */
function insert(turn: Turn, letter: Letter): boolean {
  const { id, queue, priority, text } = letter;
  turn.promote(queue);
  const due = timeOf(letter.due, turn.now);
  const expires = timeOf(letter.expires, turn.now);
  const state = stateOf(due, turn.now);
  if (turn.run(LETTERS.insert, turn.now, id, state, queue, priority, due, expires, null, null, text) === 0) {
    return false;
  }
  enter(turn, queue, due, state);
  return true;
}

/** Keeps a letter until a hop sends it. Its times count from then. */
function hold(turn: Turn, statement: string, { id, queue, priority, due, expires, text }: Letter): void {
  const [dueAt, delay] = split(due);
  const [expiresAt, ttl] = split(expires);
  turn.run(statement, turn.now, id, State.held, queue, priority, dueAt, expiresAt, delay, ttl, text);
}

/** The text of a letter that is held. */
export function held(database: Database, id: string): string | null {
  const row = database.get(LETTERS.held, id);
  return row ? textOf(row, "text") : null;
}

/** Sends a letter that is still held. */
function send(turn: Turn, { id, queue, priority }: Hop, input: string | null, gate: string | null): void {
  turn.promote(queue);
  const row = turn.get(LETTERS.send, turn.now, id, queue, priority, input, gate);
  if (!row) return;
  const state = numberOf(row, "state");
  enter(turn, queue, state === State.delayed ? numberOf(row, "due") : null, state);
}

/** Whether a letter may run at once. */
export function stateOf(due: number | null, now: number): number {
  return due !== null && due > now ? State.delayed : State.ready;
}

/** Notes that a letter has come into a queue. */
export function enter(turn: Turn, queue: string, due: number | null, state: number): void {
  if (state === State.delayed && due !== null) turn.delay(queue, due);
  else turn.ready(queue);
}

/** A moment as a time of the broker's clock, in whole milliseconds. */
export function timeOf(moment: Moment | undefined, now: number): number | null {
  if (!moment) return null;
  return whole("in" in moment ? now + moment.in : moment.at);
}

/** A moment that may count from later: a time, or so many milliseconds. */
function split(moment: Moment | undefined): readonly [at: number | null, after: number | null] {
  if (!moment) return [null, null];
  return "in" in moment ? [null, whole(moment.in)] : [whole(moment.at), null];
}

/** The column takes whole numbers, and JavaScript tells them apart up to 2^53. */
function whole(ms: number): number {
  return Math.ceil(Math.min(Math.max(ms, -LATEST), LATEST));
}

/** 2^52: as far away as a time can be, and small enough that a delay and a time add up exactly. */
const LATEST = 2 ** 52;
