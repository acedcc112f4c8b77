/** How a process comes by its turn at a database that several processes write to. @module */

import { codeOf, SqlCode } from "./driver.ts";

/** How long it asks again and again, in milliseconds: at first, and after each time that the event loop went on. */
const EAGER = 3;
const EAGER_AGAIN = 1;

/** The bounds of a pause between two requests, in milliseconds: at first, and when the event loop goes on. */
const SHORT_PAUSE = { least: 0.02, most: 0.2 } as const;
const LONG_PAUSE = { least: 1, most: 8 } as const;

/** What a blocked thread sleeps on: nobody ever wakes it. */
const CELL = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs something that fails as busy while another process is in the way, such as taking the write lock, until it
 * succeeds.
 *
 * SQLite's own busy handler sleeps longer and longer, and so a process that commits one transaction after the other
 * starves the rest: in the gaps of microseconds that it leaves nobody else is awake. (Two such processes with full
 * synchronisation: one of them got 25 tasks in two seconds.) Asking at random moments, some thousand times a second,
 * meets a gap soon whatever the other does.
 *
 * @param limit gives up after so many milliseconds
 * @throws {Error} when it did not succeed in time, or for another reason at once
 */
export async function insist<T>(run: () => T, limit: number, where: string): Promise<T> {
  const start = performance.now();
  for (let eager = EAGER;; eager = EAGER_AGAIN) {
    const answer = insistEagerly(run, eager);
    if (answer) return answer.value;
    const waited = performance.now() - start;
    if (waited > limit) {
      throw new Error(
        `Cannot use ${where} as no other process must hold its lock for more than ${limit} ms: ` +
          `current value is ${Math.round(waited)} ms`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, between(LONG_PAUSE)));
  }
}

/** Tries for so many milliseconds; hands out the value once it succeeds. */
function insistEagerly<T>(run: () => T, eager: number): { readonly value: T } | undefined {
  const start = performance.now();
  do {
    const answer = attempt(run);
    if (answer) return answer;
    Atomics.wait(CELL, 0, 0, between(SHORT_PAUSE));
  } while (performance.now() - start < eager);
  return undefined;
}

/** Runs it once; nothing when another process was in the way. */
function attempt<T>(run: () => T): { readonly value: T } | undefined {
  try {
    return { value: run() };
  } catch (error) {
    if (codeOf(error) === SqlCode.busy) return undefined;
    throw error;
  }
}

function between({ least, most }: { readonly least: number; readonly most: number }): number {
  return least + Math.random() * (most - least);
}
