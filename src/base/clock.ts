/** The clock seam: what the time is and how to wait, so that tests can hold both in their hand. @module */

import type { StopSignal } from "./stop.ts";

/** Tells the time and waits. Everything in Umbel that reads a clock or sets a timer takes one of these. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds, or at once when `signal` aborts; it never rejects, the caller looks at its signal.
   * A sleeping timer does not keep a process alive on runtimes where that can be told.
   */
  sleep(ms: number, signal?: StopSignal): Promise<void>;
}

/** The longest delay a timer of JavaScript can take; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The host's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(0, Math.min(ms, LONGEST_TIMER)));
      signal?.addEventListener("abort", wake, { once: true });
    }),
};
