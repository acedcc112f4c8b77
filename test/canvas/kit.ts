/** What the tests of workflows have in common: an app with small tasks, and a broker that tells what was left behind. */
import { afterEach, expect } from "bun:test";
import * as z from "zod";
import { type AnyResult, type Failure, failureSchema, type Signature, Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import type { ClaimRequest, Effects, Outcome, Withdrawal, WorkerRef } from "../../src/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { Worker, type WorkerOptions } from "../../src/worker/mod.ts";
import { quiet } from "../support/quiet.ts";

/** How long a test waits for a result, on a busy machine. */
export const get = { timeout: "20s" } as const;

/** A broker in memory that remembers which letters it was to hold and which gates it was to set up. */
export class WatchedBroker extends MemoryBroker {
  readonly held_: Set<string> = new Set();
  readonly gates_: Set<string> = new Set();
  publishes = 0;
  settlements = 0;

  override publish(effects: Effects): ReturnType<MemoryBroker["publish"]> {
    this.publishes++;
    this.#note(effects);
    return super.publish(effects);
  }

  override settle(worker: WorkerRef, outcomes: readonly Outcome[]): ReturnType<MemoryBroker["settle"]> {
    this.#noteAll(outcomes);
    return super.settle(worker, outcomes);
  }

  override settleAndClaim(
    worker: WorkerRef,
    outcomes: readonly Outcome[],
    request: ClaimRequest,
  ): ReturnType<MemoryBroker["settleAndClaim"]> {
    this.#noteAll(outcomes);
    return super.settleAndClaim(worker, outcomes, request);
  }

  override withdraw(queue: string, letters: readonly Withdrawal[]): ReturnType<MemoryBroker["withdraw"]> {
    for (const { effects } of letters) if (effects) this.#note(effects);
    return super.withdraw(queue, letters);
  }

  /** Letters that are still held, and gates that were not closed. */
  async leftovers(): Promise<{ held: string[]; gates: string[] }> {
    const ids = [...this.held_];
    const texts = await this.held(ids);
    return { held: ids.filter((_, index) => texts[index] !== null), gates: [...this.gates_] };
  }

  #noteAll(outcomes: readonly Outcome[]): void {
    this.settlements += outcomes.length;
    for (const outcome of outcomes) if ("effects" in outcome && outcome.effects) this.#note(outcome.effects);
  }

  #note({ hold = [], rehold = [], gates = [], close = [] }: Effects): void {
    for (const { id } of [...hold, ...rehold]) this.held_.add(id);
    for (const { id, grows } of gates) if (!grows) this.gates_.add(id);
    for (const id of close) this.gates_.delete(id);
  }
}

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Starts a worker that is stopped when the test ends. */
export async function start(app: Umbel, options: WorkerOptions = {}): Promise<Worker> {
  const worker = await Worker.start(app, options);
  stops.push(() => worker.cancel());
  return worker;
}

const num = z.number();

/** An app with small tasks; `log` has the calls of each task in their order, `failures` what errbacks got. */
export function makeKit(broker: WatchedBroker = new WatchedBroker()) {
  const app = new Umbel("canvas", { broker, log: silentLogger });
  stops.push(() => app.close());
  const log: [task: string, ...args: unknown[]][] = [];
  const failures: Failure[] = [];
  const noted = <A extends unknown[], R>(name: string, run: (...args: A) => R) => (...args: A): R => {
    log.push([name, ...args]);
    return run(...args);
  };
  return {
    app,
    broker,
    log,
    failures,
    one: app.task("one", { returns: num }, noted("one", () => 1)),
    inc: app.task("inc", { args: [num], returns: num }, noted("inc", (x: number) => x + 1)),
    add: app.task("add", { args: [num, num], returns: num }, noted("add", (x: number, y: number) => x + y)),
    mul: app.task("mul", { args: [num, num], returns: num }, noted("mul", (x: number, y: number) => x * y)),
    sum: app.task(
      "sum",
      { args: [z.array(num)], returns: num },
      noted("sum", (xs: number[]) => xs.reduce((a, b) => a + b, 0)),
    ),
    same: app.task("same", { args: [z.unknown()], returns: z.unknown() }, noted("same", (x: unknown) => x)),
    text: app.task("text", { args: [num], returns: z.string() }, noted("text", (x: number) => `<${x}>`)),
    fail: app.task("fail", { args: [z.unknown().optional()], returns: num, throws: [RangeError] }, () => {
      throw new RangeError("boom");
    }),
    errback: app.task("errback", { args: [failureSchema] }, (failure) => void failures.push(failure)),
    /** Resolves when nothing waits, runs or is left behind. */
    quiet: (): Promise<void> => quiet(broker, 20_000, 2),
  };
}

/** What {@link makeKit} gives. */
export type Kit = ReturnType<typeof makeKit>;

/** The names of the tasks that were called, in their order. */
export const runs = ({ log }: Pick<Kit, "log">): string[] => log.map(([task]) => task);

/** Sends a workflow that fails, and gives what its waiter gets once all is quiet and nothing is left behind. */
export async function failing(
  kit: Pick<Kit, "quiet" | "broker">,
  flow: Signature<[], unknown, AnyResult>,
): Promise<Error & Record<string, unknown>> {
  const result = await flow.delay();
  const error = await result.get(get).then(() => new Error("It did not fail"), (reason) => reason);
  await kit.quiet();
  expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  return error;
}
