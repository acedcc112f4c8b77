/** The model-based test: random steps, taken by a broker and by a simple model of it, must come to the same. @module */

import assert from "node:assert/strict";
import { Bench, ref } from "../conformance/bench.ts";
import type { CreateBroker, RegisterTest } from "../conformance/fixture.ts";
import * as control from "./control_steps.ts";
import { Choices, type FastCheck } from "./fast_check.ts";
import { checkInvariants } from "./invariants.ts";
import * as letters from "./letter_steps.ts";
import type { Step } from "./steps.ts";
import * as workers from "./worker_steps.ts";
import { QUEUES, World } from "./world.ts";

/** Longer than any run: results are not forgotten meanwhile. */
const RETENTION = 10_000_000_000;

/** Every kind of step, as often as it should come; the simplest first. */
const STEPS: readonly Step[] = [
  ...Array.from({ length: 5 }, () => letters.publishLetters),
  ...Array.from({ length: 4 }, () => workers.claim),
  ...Array.from({ length: 4 }, () => workers.settle),
  ...[workers.settleAndClaim, workers.settleAndClaim, workers.settleStale, workers.heartbeat, workers.leave],
  ...[workers.passTime, workers.passTime, workers.crash],
  ...[
    letters.holdLetters,
    letters.holdAgain,
    letters.sendLetters,
    letters.repeatPublish,
    letters.setUpGate,
    letters.changeGate,
  ],
  ...[letters.arrive, letters.arrive, control.pause, control.pause],
  ...[control.revoke, control.exhume, control.withdraw, control.note, control.finish, control.forget],
];

/** The numbers that decide what a step does lie below. */
const SEEDS = 2 ** 31;

/** What {@link brokerModel} takes. */
export interface ModelOptions {
  /** Stands before the name of the test, such as `redis`. */
  readonly name: string;
  /** Makes a fresh, empty broker; called once for each run. */
  readonly create: CreateBroker;
  /** Registers a test. Give the runner minutes for it: how long it takes is up to `runs` and `steps`. */
  readonly test: RegisterTest;
  /** The module `fast-check`: it draws the steps, and looks for the shortest run that fails. */
  readonly fc: FastCheck;
  /** How many runs are tried, each on a fresh broker. @default {100} */
  readonly runs?: number;
  /** How many steps a run has at most. @default {60} */
  readonly steps?: number;
  /** Repeats the runs of a failure: the seed that it told. */
  readonly seed?: number;
}

/**
 * Registers a test that lets two workers and their surroundings do random things to a broker, and compares it after
 * every step with a simple model: no letter is lost, none is settled twice, order is kept, figures and results agree. A
 * failure tells the seed, and the steps of the shortest run that was found to fail.
 *
 * Where the broker's clock is a real one, no lease ends and letters wait for short times only.
 */
export function brokerModel({ name, create, test, fc, runs = 100, steps = 60, seed }: ModelOptions): void {
  test(`${name}: whatever is done in whatever order, the broker agrees with its model`, async () => {
    // A failing run is made shorter by leaving steps out, not by other numbers, which would be other steps.
    const step = fc.noShrink(fc.nat(SEEDS - 1));
    const run = fc.asyncProperty(fc.array(step, { maxLength: steps, size: "max" }), (drawn) => runModel(create, drawn));
    await fc.assert(run, seed === undefined ? { numRuns: runs } : { numRuns: runs, seed });
  });
}

/** One run: takes the steps that were drawn, each as a number, and throws, with all of them in words, when broker and model differ. */
export async function runModel(create: CreateBroker, drawn: readonly number[]): Promise<void> {
  await Bench.run(create, { resultRetention: RETENTION }, async (bench) => {
    const world = new World(bench);
    try {
      for (const seed of drawn) await take(world, new Choices(seed));
      await drain(world);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\nafter\n${world.log()}`, { cause: error });
    }
  });
}

async function take(world: World, choices: Choices): Promise<void> {
  world.state.passTime(world.now());
  await choices.of(STEPS)?.(world, choices);
  world.state.passTime(world.now());
  await checkInvariants(world);
}

/** In the end everything that was taken in is handed out and settled, once. */
async function drain(world: World): Promise<void> {
  world.tell("hand out all letters");
  const { state, bench: { broker } } = world;
  const [worker] = world.workers;
  assert(worker);
  for (const queue of QUEUES) await broker.resume(queue);
  state.paused.clear();
  for (const it of world.workers) await broker.leave(it);
  state.at(["active", "limbo"]).forEach((it) => state.giveBack(it));
  await world.pass(200);
  for (let waiting = Infinity; state.at(["waiting"]).length > 0;) {
    assert(state.at(["waiting"]).length < waiting, "letters wait, but none is handed out");
    waiting = state.at(["waiting"]).length;
    const { deliveries } = await world.claim(worker, QUEUES, 7);
    await world.settle(worker, deliveries.map((it) => ({ kind: "done", delivery: ref(it), result: "end" }) as const));
  }
  await checkInvariants(world);
}
