/** How a process comes by the write lock of a database that several processes write to. @module */

import { codeOf, SqlCode } from "./driver.ts";

/** How long it asks again and again, in milliseconds, before it lets the event loop go on in between. */
const EAGER = 3;

/** The bounds of a pause between two requests, in milliseconds: at first, and when the event loop goes on. */
const SHORT_PAUSE = { least: 0.02, most: 0.2 } as const;
const LONG_PAUSE = { least: 1, most: 8 } as const;

/** What a blocked thread sleeps on: nobody ever wakes it. */
const CELL = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs `take`, which takes the lock or fails as busy, until it succeeds.
 *
 * SQLite's own busy handler sleeps longer and longer, and so a process that commits one transaction after the other
 * starves the rest: in the gaps of microseconds that it leaves nobody else is awake. (Two such processes with full
 * synchronisation: one of them got 25 tasks in two seconds.) Asking at random moments, some thousand times a second,
 * meets a gap soon whatever the other does.
 *
 * @param limit gives up after so many milliseconds
 * @throws {Error} when the lock could not be had in time, or for another reason at once
 */
export async function takeLock(take: () => void, limit: number, where: string): Promise<void> {
  const start = performance.now();
  while (!tryEagerly(take)) {
    const waited = performance.now() - start;
    if (waited > limit) {
      throw new Error(
        `Cannot write to ${where} as no other process must hold its lock for more than ${limit} ms: ` +
          `current value is ${Math.round(waited)} ms`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, between(LONG_PAUSE)));
  }
}

/** Asks for the lock for some milliseconds; tells whether it got it. */
export function tryEagerly(take: () => void): boolean {
  const start = performance.now();
  do {
    if (succeeds(take)) return true;
    Atomics.wait(CELL, 0, 0, between(SHORT_PAUSE));
  } while (performance.now() - start < EAGER);
  return false;
}

/** Runs it; tells whether it went well or another process was in the way. */
function succeeds(take: () => void): boolean {
  try {
    take();
    return true;
  } catch (error) {
    if (codeOf(error) === SqlCode.busy) return false;
    throw error;
  }
}

function between({ least, most }: { readonly least: number; readonly most: number }): number {
  return least + Math.random() * (most - least);
}
