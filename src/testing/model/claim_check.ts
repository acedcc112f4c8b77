/** Whether what was handed out is what had to be: nothing withheld, nothing twice, all in order. @module */

import assert from "node:assert/strict";
import type { Delivery } from "../../broker.ts";
import { isDue, type ModelLetter, precedes, type Span } from "./model_letter.ts";
import type { ModelState } from "./model_state.ts";

/** Checks the deliveries of a claim against the model, before the model learns of them. */
export function checkClaim(
  state: ModelState,
  queues: readonly string[],
  max: number,
  deliveries: readonly Delivery[],
  now: Span,
): void {
  const open = [...new Set(queues)].filter((queue) => !state.paused.has(queue));
  const candidates = open.flatMap((queue) => state.at(["waiting", "limbo"], queue));
  const surely = new Set(candidates.filter((it) => isDue(it, now).surely));
  checkCount(deliveries.length, max, surely.size);
  const given = deliveries.map((delivery) => {
    const it = candidates.find(({ id }) => id === delivery.id);
    assert(it, `a letter was handed out that is ${state.letters.get(delivery.id)?.place ?? "not there"}`);
    assert(isDue(it, now).maybe, "a letter was handed out before its time");
    checkDelivery(it, delivery, now);
    return it;
  });
  assert.equal(new Set(given).size, given.length, "a letter was handed out twice by one claim");
  state.noticeDue(candidates, now);
  for (const queue of open) checkOrder(given.filter((it) => it.queue === queue), state, queue, surely);
}

function checkCount(count: number, max: number, available: number): void {
  assert(count <= max, `${count} letters were handed out where ${max} were asked for`);
  const least = Math.min(max, available);
  assert(count >= least, `${count} letters were handed out where at least ${least} may run`);
}

function checkDelivery(it: ModelLetter, delivery: Delivery, now: Span): void {
  const { id, queue, priority, input, gate, revoked, begun } = it;
  const { expired = false, ...rest } = delivery;
  assert.deepEqual(rest, {
    ...{ id, queue, priority, text: it.letter.text, deliveries: it.deliveries + 1 },
    ...(input !== undefined && { input }),
    ...(gate !== undefined && { gate }),
    ...(revoked && { revoked }),
    ...(begun && { begun }),
  });
  const surely = it.expires !== undefined && it.expires.late < now.early;
  const maybe = it.expires !== undefined && it.expires.early <= now.late;
  assert(expired ? maybe : !surely, `a letter was handed out with expired: ${expired}`);
}

function checkOrder(
  given: readonly ModelLetter[],
  state: ModelState,
  queue: string,
  surely: ReadonlySet<ModelLetter>,
): void {
  const left = state.at(["waiting", "limbo"], queue).filter((it) => surely.has(it) && !given.includes(it));
  given.forEach((it, i) => {
    const passed = [...given.slice(i + 1), ...left].find((other) => precedes(other, it));
    assert(!passed, `a letter of priority ${it.priority} was handed out before one that came first`);
  });
}
