/** A clock that a test holds in its hand. @module */

import type { Clock } from "../base/clock.ts";

/** A sleeper, and when it wakes up. */
interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * A clock whose time passes only when it is told to.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { FakeClock } from "@umbel/umbel/testing";
 *
 * const clock = new FakeClock();
 * let awake = false;
 * void clock.sleep(60_000).then(() => awake = true);
 * await clock.advance(59_999);
 * assert.equal(awake, false);
 * await clock.advance(1);
 * assert.equal(awake, true);
 * ```
 */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  /** @param start what the time is at first, in milliseconds since the Unix epoch: by default the host's time */
  constructor(start: number = Date.now()) {
    this.#now = start;
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** {@inheritDoc Clock.now} */
  now(): number {
    return this.#now;
  }

  /** {@inheritDoc Clock.sleep} */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { at: this.#now + Math.max(0, ms), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /**
   * Lets time pass: wakes each sleeper at its time, in order, and lets the program run on before the next one, so that
   * what goes to sleep again meanwhile is woken too.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await turn();
    }
    this.#now = end;
  }

  /** The sleeper that wakes up first, up to a time. */
  #next(end: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at <= end && (!first || sleeper.at < first.at)) first = sleeper;
    }
    return first;
  }
}

/** Lets everything run that can run without time passing. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
