/** What must be so after every step: nothing lost, nothing invented, figures and results as they should be. @module */

import assert from "node:assert/strict";
import type { QueueInfo } from "../../broker.ts";
import { ids } from "../conformance/bench.ts";
import { isDue, precedes, type Span } from "./model_letter.ts";
import type { ModelState } from "./model_state.ts";
import { QUEUES, type World } from "./world.ts";

/** Compares all that can be seen of a broker with the model. */
export async function checkInvariants(world: World): Promise<void> {
  const { state, bench: { broker } } = world;
  const { answer: listed, now } = await world.during(() => broker.queues());
  for (const queue of QUEUES) checkFigures(state, queue, await world.bench.figures(queue, listed), now);
  for (const queue of QUEUES) await checkWaiting(world, queue);
  await checkResults(world);
  await checkHeld(world);
  for (const gate of world.gates.keys()) await checkArrivals(world, gate);
}

function checkFigures(state: ModelState, queue: string, got: QueueInfo, now: Span): void {
  const waiting = state.at(["waiting"], queue);
  const [active, limbo, dead] = (["active", "limbo", "dead"] as const).map((place) => state.at([place], queue).length);
  assert.deepEqual([got.dead, got.paused], [dead, state.paused.has(queue)], `dead and paused of queue ${queue}`);
  const live = waiting.length + (active ?? 0) + (limbo ?? 0);
  assert.equal(got.ready + got.delayed + got.active, live, `the letters of queue ${queue}`);
  if (limbo || waiting.some((it) => isDue(it, now).maybe !== isDue(it, now).surely)) return;
  const due = waiting.filter((it) => isDue(it, now).surely).length;
  assert.deepEqual([got.ready, got.delayed, got.active], [due, waiting.length - due, active], `figures of ${queue}`);
}

/** What a peek shows is what waits, in an order in which it may be served. */
async function checkWaiting(world: World, queue: string): Promise<void> {
  const { state } = world;
  const { answer: peeked, now } = await world.during(() => world.bench.broker.peek(queue, 1_000));
  const seen = peeked.map(({ id, text, input }) => {
    const it = state.letters.get(id);
    assert(it && it.queue === queue && ["waiting", "limbo"].includes(it.place), `${world.name(id)} does not wait`);
    assert.deepEqual([text, input], [it.letter.text, it.input]);
    return it;
  });
  const missing = state.at(["waiting"], queue).filter((it) => !seen.includes(it));
  assert.equal(missing.length, 0, `${world.name(...ids(missing))} should wait in queue ${queue}`);
  const ready = seen.filter((it) => it.place === "waiting" && isDue(it, now).surely);
  ready.forEach((it, i) => {
    const passed = ready.slice(i + 1).find((other) => precedes(other, it));
    assert(!passed, `${world.name(it.id)} is shown before ${world.name(passed?.id ?? "")}`);
  });
}

async function checkResults({ state, bench }: World): Promise<void> {
  const known = [...new Set([...state.letters.keys(), ...state.results.keys()])];
  assert.deepEqual(await bench.broker.read(known), known.map((id) => state.resultOf(id)));
}

async function checkHeld({ state, bench }: World): Promise<void> {
  const letters = [...state.letters.values()];
  const want = letters.map((it) => (it.place === "held" ? it.letter.text : null));
  assert.deepEqual(await bench.broker.held(ids(letters)), want);
}

async function checkArrivals({ state, bench }: World, gate: string): Promise<void> {
  const arrivals = [...(state.gates.get(gate)?.arrivals ?? [])].sort(([a], [b]) => a - b);
  assert.deepEqual(await bench.broker.arrivals(gate), arrivals.map(([, value]) => value));
}
