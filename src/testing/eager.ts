/** Eager mode: whatever an app sends runs at once, in this process, so that tests of its users need no worker. @module */
import type { Umbel } from "../app/umbel.ts";
import { deferred } from "../base/deferred.ts";
import { silentLogger } from "../base/log.ts";
import type { Claim, ClaimRequest, Effects, Outcome, QueueInfo, Settlement, WorkerRef } from "../broker.ts";
import { MemoryBroker } from "../brokers/memory/mod.ts";
import { Worker, type WorkerOptions } from "../worker/worker.ts";
import { FakeClock } from "./fake_clock.ts";

/** How eager mode works. */
export interface EagerOptions extends Pick<WorkerOptions, "log" | "concurrency"> {
  /** What was sent, with all that follows, may have this many turns: tasks that end, and delays. @default {100_000} */
  readonly limit?: number;
}

/** Eager mode while it is on. */
export interface Eager extends AsyncDisposable {
  /** Ends it: the app sends to its own broker again. */
  stop(): Promise<void>;
}

/**
 * Makes an app eager: a call that sends a task or a workflow comes back when all of it has run, here, with all that
 * follows, and its result is there. Everything goes its usual way (checks, serializer, retries, gates, failures), only
 * without a broker to start and without waiting: delays pass at once.
 *
 * What a task sends while it runs is under way as usual: the task may wait for it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chain, Umbel } from "@umbel/umbel";
 * import { eager } from "@umbel/umbel/testing";
 * import * as z from "zod";
 *
 * const app = new Umbel("shop");
 * const add = app.task("math.add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
 *
 * const mode = await eager(app);
 * const result = await chain(add.s(4, 4), add.s(8)).applyAsync([], { countdown: "1h" });
 * assert.equal(await result.ready(), true);
 * assert.equal(await result.get(), 16);
 * await mode.stop();
 * ```
 */
export async function eager<Queue extends string>(app: Umbel<Queue>, options: EagerOptions = {}): Promise<Eager> {
  const { limit = 100_000, log = silentLogger, concurrency = 1_000 } = options;
  const clock = new FakeClock();
  const broker = new EagerBroker(clock, limit, () => app.origin() !== undefined);
  const back = app.divert(broker);
  // The worker's own clock goes on as usual: its signs of life need not be given for every day that passes at once.
  const worker = await Worker.start(app, { log, concurrency });
  const stop = async () => {
    await worker.cancel();
    back();
    await broker.close();
  };
  return { stop, [Symbol.asyncDispose]: stop };
}

/** A broker in memory whose publishes last until all has run. Its worker serves every queue there is. */
class EagerBroker extends MemoryBroker {
  readonly #clock: FakeClock;
  readonly #limit: number;
  readonly #isInside: () => boolean;
  #names: readonly string[] = [];
  #isSpent = false;
  #turn = deferred();
  #renamed: AbortController = new AbortController();

  constructor(clock: FakeClock, limit: number, isInside: () => boolean) {
    super({ clock });
    this.#clock = clock;
    this.#limit = limit;
    this.#isInside = isInside;
  }

  override async publish(effects: Effects): Promise<readonly ("created" | "duplicate")[]> {
    const isInside = this.#isInside();
    const answers = await super.publish(effects);
    await this.#learn();
    if (!isInside) await this.#comeToRest();
    return answers;
  }

  override async claim(worker: WorkerRef, { max }: ClaimRequest): Promise<Claim> {
    return await super.claim(worker, { queues: this.#names, max: this.#isSpent ? 0 : max });
  }

  override async settle(worker: WorkerRef, outcomes: readonly Outcome[]): Promise<readonly Settlement[]> {
    const settlements = await super.settle(worker, outcomes);
    await this.#learn();
    return settlements;
  }

  override async settleAndClaim(
    worker: WorkerRef,
    outcomes: readonly Outcome[],
    request: ClaimRequest,
  ): Promise<{ readonly settlements: readonly Settlement[]; readonly claim: Claim }> {
    const settlements = await this.settle(worker, outcomes);
    return { settlements, claim: await this.claim(worker, request) };
  }

  /** Sleeps until there is something: looking now and then would take for ever when a year passes at once. */
  override async wait(worker: WorkerRef, _names: readonly string[], _: number, signal: AbortSignal): Promise<void> {
    const ends = AbortSignal.any([signal, this.#renamed.signal]);
    await super.wait(worker, this.#isSpent ? [] : this.#names, Number.MAX_SAFE_INTEGER, ends);
  }

  /** Learns of new queues, and tells whoever waits that something has changed. */
  async #learn(): Promise<void> {
    const names = new Set([...this.#names, ...(await this.queues()).map(({ name }) => name)]);
    if (names.size > this.#names.length) {
      this.#names = [...names];
      this.#renamed.abort();
      this.#renamed = new AbortController();
    }
    this.#turn.resolve();
    this.#turn = deferred();
  }

  /** Waits while something runs, and lets time pass when all that is left waits for its time. */
  async #comeToRest(): Promise<void> {
    for (let turns = 0; turns < this.#limit; turns++) {
      const turn = this.#turn.promise;
      const queues = await this.queues();
      if (queues.some(({ ready, active, paused }) => active > 0 || (ready > 0 && !paused))) await turn;
      else if (!await this.#pass(queues)) return;
    }
    // What goes on for ever would not even let this error be heard.
    this.#isSpent = true;
    throw new Error(
      `Cannot run what was sent as it must come to rest within ${this.#limit} turns: it still goes on; is there a task that sends itself?`,
    );
  }

  /** Lets time pass until the next task is due; false when there is none. */
  async #pass(queues: readonly QueueInfo[]): Promise<boolean> {
    let next = Infinity;
    for (const { name, ready, delayed, paused } of queues) {
      if (delayed === 0 || paused) continue;
      for (const { due = Infinity } of await this.peek(name, ready + delayed)) next = Math.min(next, due);
    }
    if (next === Infinity) return false;
    await this.#clock.advance(Math.max(0, next - this.#clock.now()));
    return true;
  }
}
