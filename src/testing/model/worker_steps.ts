/** Steps of workers: claiming, settling, living and dying. @module */

import assert from "node:assert/strict";
import type { Outcome } from "../../broker.ts";
import type { Choices } from "./fast_check.ts";
import { drawEffects, drawFields } from "./letter_steps.ts";
import type { Step } from "./steps.ts";
import { type HandedOut, QUEUES, refOf, type World } from "./world.ts";

/** A worker claims, from all queues or one. */
export const claim: Step = async (world, choices) => {
  const worker = choices.of(world.workers);
  if (!worker) return;
  const queues = choices.of([QUEUES, ["a"], ["b"], ["b", "a", "b"]]) ?? QUEUES;
  const max = 1 + choices.below(4);
  world.tell(`${worker.name} claims up to ${max} from ${queues}`);
  await world.claim(worker, queues, max);
};

/** A worker settles one or two deliveries of its own. */
export const settle: Step = async (world, choices) => {
  const worker = choices.of(world.workers);
  if (!worker) return;
  const own = world.handedOut.filter((it) => it.worker === worker);
  const outcomes = drawOutcomes(world, choices, own.slice(0, 6));
  world.tell(`${worker.name} settles ${inWords(world, outcomes)}`);
  await world.settle(worker, outcomes);
};

/** A worker settles what it holds now, and claims in one step. */
export const settleAndClaim: Step = async (world, choices) => {
  const worker = choices.of(world.workers);
  if (!worker) return;
  const own = world.handedOut.filter((it) => it.worker === worker);
  const outcomes = drawOutcomes(world, choices, own.slice(0, 3));
  const max = 1 + choices.below(3);
  world.tell(`${worker.name} settles ${inWords(world, outcomes)} and claims up to ${max}`);
  await world.settleAndClaim(worker, outcomes, max);
};

/** A worker tries to settle what was handed to the other, or to itself long ago. */
export const settleStale: Step = async (world, choices) => {
  const [worker, stale] = [choices.of(world.workers), choices.of(world.handedOut.slice(0, 30))];
  if (!worker || !stale) return;
  const outcomes = drawOutcomes(world, choices, [stale]);
  world.tell(`${worker.name} tries to settle ${inWords(world, outcomes)}`);
  await world.settle(worker, outcomes);
};

/** A worker gives a sign of life. */
export const heartbeat: Step = async (world, choices) => {
  const worker = choices.of(world.workers);
  if (!worker) return;
  const exactly = choices.oneIn(3);
  const all = world.state.at(["active", "limbo"]).filter(({ owner }) => owner === worker.incarnation);
  const owned = exactly ? all.filter(() => choices.oneIn(2)) : all;
  const holding = owned.map(({ id }) => id);
  world.tell(`${worker.name} is alive, holding ${exactly ? "exactly " : ""}${world.name(...holding)}`);
  const { answer, now } = await world.during(() => world.bench.broker.heartbeat(worker, holding, { exactly }));
  const lost = all.some(({ place }) => place === "limbo");
  // That a lease has ended is no loss to one that says it holds nothing: either answer is right.
  if (holding.length > 0 || !lost) assert.equal(answer.lost, lost, `lost: ${answer.lost} is not so`);
  const revoked = owned.filter((it) => it.revoked).map(({ id }) => id);
  assert.deepEqual(answer.revoked.toSorted(), revoked.toSorted());
  if (lost) return;
  if (holding.length > 0) world.renew(worker, now);
  if (exactly) all.filter((it) => !owned.includes(it)).forEach((it) => world.state.giveBack(it, { counted: false }));
};

/** A worker leaves; what it held goes back. */
export const leave: Step = async (world, choices) => {
  const worker = choices.of(world.workers);
  if (!worker) return;
  world.tell(`${worker.name} leaves`);
  await world.bench.broker.leave(worker);
  const held = world.state.at(["active", "limbo"]).filter(({ owner }) => owner === worker.incarnation);
  held.forEach((it) => world.state.giveBack(it));
  world.state.leases.delete(worker.incarnation);
};

/** Time passes: letters become due and expire. */
export const passTime: Step = async (world, choices) => {
  const ms = world.bench.fakesTime ? choices.of([20, 40, 3_000]) ?? 20 : 150;
  world.tell(`${ms} ms pass`);
  await world.pass(ms);
};

/** All workers give no sign of life until their leases have ended. Only where time is in our hand. */
export const crash: Step = async (world) => {
  if (!world.bench.fakesTime) return;
  const [worker] = world.workers;
  world.tell("all leases end");
  await world.pass((worker?.lease ?? 0) + 2);
};

function drawOutcomes(world: World, choices: Choices, from: readonly HandedOut[]): readonly Outcome[] {
  const count = Math.min(from.length, 1 + choices.below(2));
  const first = choices.below(Math.max(1, from.length - count + 1));
  return from.slice(first, first + count).map((it) => drawOutcome(world, choices, it));
}

function drawOutcome(world: World, choices: Choices, handedOut: HandedOut): Outcome {
  const delivery = refOf(handedOut);
  const kind = choices.of(["done", "released", "again", "buried", "done", "begun"] as const) ?? "done";
  if (kind === "released" || kind === "begun") return { kind, delivery };
  if (kind === "again") {
    const note = choices.oneIn(2) ? "trying again" : undefined;
    const text = `text ${choices.below(100)} of ${world.name(delivery.id)}`;
    return { kind, delivery, letter: { id: delivery.id, text, ...drawFields(world, choices) }, note };
  }
  const result = choices.oneIn(4) ? undefined : `result ${choices.below(100)}`;
  // A task that is replaced goes on under its id.
  const last = { id: delivery.id, text: "last step", ...drawFields(world, choices) };
  const effects = result === undefined && choices.oneIn(2) ? { rehold: [last] } : drawEffects(world, choices);
  return kind === "done"
    ? { kind, delivery, result, effects }
    : { kind, delivery, reason: "it broke", result, effects };
}

function inWords(world: World, outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return "nothing";
  return outcomes.map(({ kind, delivery }) => `${world.name(delivery.id)} ${kind}`).join(", ");
}
