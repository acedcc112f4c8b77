/** What every broker refuses before a batch takes effect: letters, gates and requests that are not sane. @module */

import { isId } from "../base/ids.ts";
import type {
  Arrival,
  ClaimRequest,
  Effects,
  Gate,
  Hop,
  Letter,
  Moment,
  Outcome,
  Room,
  Withdrawal,
  WorkerRef,
} from "../broker.ts";

/** The longest name of a queue, in UTF-16 units. */
export const LONGEST_QUEUE_NAME = 200;

/** Control characters would break what a broker keeps by line, and what people see of a name. */
// deno-lint-ignore no-control-regex
const QUEUE = /^[^\u0000-\u001f\u007f]+$/;

/**
 * Checks all that a publish or an outcome carries.
 *
 * @throws {TypeError} when something has the wrong type
 * @throws {RangeError} when an id, a queue, a priority, a moment, a size or an index is out of its range
 */
export function checkEffects(effects: Effects): void {
  let before: Letter | undefined;
  for (const letter of effects.publish ?? []) {
    checkLetter(letter, "publish a letter", before);
    before = letter;
  }
  effects.room?.forEach(checkRoom);
  effects.hold?.forEach((letter) => checkLetter(letter, "hold a letter"));
  effects.rehold?.forEach((letter) => checkLetter(letter, "hold a letter"));
  effects.gates?.forEach(checkGate);
  effects.send?.forEach(({ hop, input }) => {
    checkHop(hop, "send a letter");
    if (input !== undefined) checkText(input, "send a letter", "input");
  });
  effects.arrive?.forEach(checkArrival);
  effects.finish?.forEach(({ id, result }) => {
    checkKey(id, "finish a task", "id");
    checkText(result, "finish a task", "result");
  });
}

/** Checks the outcomes of a settle. Throws as {@link checkEffects} does. */
export function checkOutcomes(outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    checkKey(outcome.delivery.id, "settle a delivery", "id");
    if (outcome.kind === "again") checkAgain(outcome.letter, outcome.delivery.id);
    if (outcome.kind === "buried") checkText(outcome.reason, "bury a letter", "reason");
    if (outcome.kind === "done" || outcome.kind === "buried") {
      if (outcome.result !== undefined) checkText(outcome.result, "settle a delivery", "result");
      if (outcome.effects) checkEffects(outcome.effects);
    }
  }
}

/** Checks the ends of letters that wait. Throws as {@link checkEffects} does. */
export function checkWithdrawals(letters: readonly Withdrawal[]): void {
  for (const { id, version, result, effects } of letters) {
    checkKey(id, "withdraw a letter", "id");
    if (version !== undefined) checkText(version, "withdraw a letter", "version");
    if (result !== undefined) checkText(result, "withdraw a letter", "result");
    if (effects) checkEffects(effects);
  }
}

/** Checks who claims and what is asked for. Throws as {@link checkEffects} does. */
export function checkClaim(worker: WorkerRef, request: ClaimRequest): void {
  checkWorker(worker);
  request.queues.forEach((queue) => checkQueue(queue, "claim letters"));
  checkWhole(request.max, 0, "claim letters", "max");
}

/** Checks a worker's own fields. Throws as {@link checkEffects} does. */
export function checkWorker(worker: WorkerRef): void {
  checkKey(worker.incarnation, "serve a worker", "incarnation");
  if (!(Number.isFinite(worker.lease) && worker.lease > 0)) {
    throw refusal("serve a worker", "lease", "a positive number of milliseconds", worker.lease);
  }
}

/** Checks a queue's name. Throws as {@link checkEffects} does; `what` is what cannot be done otherwise. */
export function checkQueue(queue: string, what: string): void {
  checkText(queue, what, "queue");
  if (queue.length > LONGEST_QUEUE_NAME || !QUEUE.test(queue)) {
    const rule = `1 to ${LONGEST_QUEUE_NAME} characters long and without control characters`;
    throw refusal(what, "queue", rule, JSON.stringify(queue.slice(0, 40)));
  }
}

/** Checks a limit, such as that of a peek. Throws as {@link checkEffects} does. */
export function checkLimit(limit: number, what: string): void {
  checkWhole(limit, 0, what, "limit");
}

/** What stands in the letter before it too has been checked with that one. */
function checkLetter(letter: Letter, what: string, before?: Letter): void {
  if (before && before.queue === letter.queue && before.priority === letter.priority) checkUuid(letter.id, what);
  else checkHop(letter, what);
  checkText(letter.text, what, "text");
  if (letter.due) checkMoment(letter.due, what, "due");
  if (letter.expires) checkMoment(letter.expires, what, "expires");
}

function checkAgain(letter: Letter, id: string): void {
  checkLetter(letter, "run a task again");
  if (letter.id !== id) throw refusal("run a task again", "id", `that of its delivery, ${id}`, letter.id);
}

function checkHop(hop: Hop, what: string): void {
  checkUuid(hop.id, what);
  checkQueue(hop.queue, what);
  if (!(Number.isInteger(hop.priority) && hop.priority >= 0 && hop.priority <= 9)) {
    throw refusal(what, "priority", "a whole number from 0 to 9", hop.priority);
  }
}

function checkUuid(id: string, what: string): void {
  checkText(id, what, "id");
  if (!isId(id)) throw refusal(what, "id", "a UUID in lower case", JSON.stringify(id.slice(0, 40)));
}

function checkRoom({ queue, count }: Room): void {
  checkQueue(queue, "ask for room");
  checkWhole(count, 1, "ask for room", "count");
}

function checkGate(gate: Gate): void {
  checkKey(gate.id, "set up a gate", "id");
  checkWhole(gate.size, 1, "set up a gate", "size");
}

function checkArrival(arrival: Arrival): void {
  checkKey(arrival.gate, "arrive at a gate", "gate");
  checkWhole(arrival.index, 0, "arrive at a gate", "index");
  checkText(arrival.value, "arrive at a gate", "value");
  checkHop(arrival.hop, "arrive at a gate");
}

function checkMoment(moment: Moment, what: string, field: string): void {
  const ms = "in" in moment ? moment.in : moment.at;
  if (!Number.isFinite(ms)) throw refusal(what, field, "a finite number of milliseconds", ms);
}

function checkWhole(value: number, least: number, what: string, field: string): void {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw refusal(what, field, `a whole number of at least ${least}`, value);
  }
}

function checkKey(value: string, what: string, field: string): void {
  checkText(value, what, field);
  if (value === "") throw refusal(what, field, "not empty", '""');
}

function checkText(value: string, what: string, field: string): void {
  if (typeof value === "string") return;
  throw new TypeError(`Cannot ${what} as its ${field} must be a string: current value is ${typeof value}`);
}

function refusal(what: string, field: string, rule: string, value: string | number): RangeError {
  return new RangeError(`Cannot ${what} as its ${field} must be ${rule}: current value is ${value}`);
}
