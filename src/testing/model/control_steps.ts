/** Steps of whoever steers the queues and reads results. @module */

import assert from "node:assert/strict";
import { drawEffects } from "./letter_steps.ts";
import type { Step } from "./steps.ts";
import { QUEUES } from "./world.ts";

/** Pauses a queue, or resumes it. */
export const pause: Step = async (world, choices) => {
  const queue = choices.of([...world.state.paused]) ?? choices.of(QUEUES) ?? "a";
  if (world.state.paused.has(queue)) {
    world.tell(`resume ${queue}`);
    await world.bench.broker.resume(queue);
    world.state.paused.delete(queue);
    return;
  }
  world.tell(`pause ${queue}`);
  await world.bench.broker.pause(queue);
  world.state.paused.add(queue);
};

/** Revokes a task that is not over. */
export const revoke: Step = async (world, choices) => {
  const it = choices.of(world.state.at(["waiting", "active", "limbo", "held"]));
  if (!it) return;
  world.tell(`revoke ${world.name(it.id)}`);
  await world.bench.broker.revoke([it.id]);
  it.revoked = true;
};

/** Revives a dead letter, or discards it. */
export const exhume: Step = async (world, choices) => {
  const it = choices.of(world.state.at(["dead"]));
  if (!it) return;
  if (choices.oneIn(3)) {
    world.tell(`discard ${world.name(it.id)}`);
    assert.equal(await world.bench.broker.discard(it.queue, [it.id]), 1);
    it.place = "over";
    return;
  }
  world.tell(`revive ${world.name(it.id)}`);
  const { answer, now } = await world.during(() => world.bench.broker.revive(it.queue, [it.id]));
  assert.equal(answer, 1);
  world.state.revive(it, now);
};

/** Withdraws some letters of a queue, or all. Not while a lease has ended there: whether its letters wait is not known. */
export const withdraw: Step = async (world, choices) => {
  const queue = choices.of(QUEUES) ?? "a";
  if (!choices.oneIn(2) || world.state.at(["limbo"], queue).length > 0) return;
  const peeked = await world.bench.broker.peek(queue, choices.of([3, 100]) ?? 3);
  const others = world.state.at(["held", "active", "dead", "over"]).slice(0, 2).map(({ id }) => ({
    id,
    version: "none",
  }));
  const letters = [...peeked, ...others].map(({ id, version }) => {
    const result = choices.oneIn(4) ? undefined : "withdrawn";
    return { id, version, ...(result !== undefined && { result }), effects: drawEffects(world, choices) };
  });
  world.tell(`withdraw ${world.name(...letters.map(({ id }) => id))} from ${queue}`);
  const { answer, now } = await world.during(() => world.bench.broker.withdraw(queue, letters));
  letters.forEach(({ id, version: _, ...end }, index) => {
    const it = world.state.letters.get(id);
    const want = index < peeked.length && it?.place === "waiting" && it.queue === queue;
    assert.equal(answer[index], want ? "settled" : "lost", `the withdrawal of letter ${world.name(id)}`);
    if (want) world.state.settle(it, { kind: "done", delivery: { id, deliveries: 0 }, ...end }, now);
  });
};

/** Writes a note on a task, also on one that has a final result. */
export const note: Step = async (world, choices) => {
  const it = choices.of([...world.state.letters.values()]);
  if (!it) return;
  world.tell(`note on ${world.name(it.id)}`);
  await world.bench.broker.note([{ id: it.id, text: "under way" }]);
  world.state.note(it.id, "under way");
};

/** Finishes a task from outside. */
export const finish: Step = async (world, choices) => {
  const it = choices.of([...world.state.letters.values()]);
  if (!it || !choices.oneIn(3)) return;
  world.tell(`finish ${world.name(it.id)}`);
  await world.publish({ finish: [{ id: it.id, result: "finished from outside" }] });
};

/** Forgets the result of a task that is over. */
export const forget: Step = async (world, choices) => {
  const it = choices.of(world.state.at(["over"]));
  if (!it) return;
  world.tell(`forget ${world.name(it.id)}`);
  await world.bench.broker.forget([it.id]);
  world.state.forget(it.id);
};
