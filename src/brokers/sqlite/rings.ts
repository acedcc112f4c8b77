/** Decides, within the transaction that has news, who is to be woken by it. @module */

import type { Bells } from "./bells.ts";
import { numberOf, textOf } from "./rows.ts";
import { LETTERS, LISTENERS } from "./statements.ts";
import type { Turn } from "./turn.ts";

/** Who is to be woken after a transaction. */
export interface Rings {
  /** Sleeping workers that were taken off, of this process. */
  readonly waiters: readonly string[];
  /** Other processes: they look into the database for what is theirs. */
  readonly processes: ReadonlySet<string>;
}

/**
 * Takes as many sleeping workers off as there is news for, the one that sleeps longest first, and marks watched results
 * that changed. Each letter wakes one worker, so none is woken for nothing, and none sleeps while there is work.
 */
export function decide(turn: Turn, bells: Bells): Rings {
  const waiters: string[] = [];
  const processes = new Set<string>();
  for (const { waiter, process } of wakeWorkers(turn, bells)) {
    if (process === bells.own) waiters.push(waiter);
    else processes.add(process);
  }
  for (const process of markChanges(turn, bells)) processes.add(process);
  return { waiters, processes };
}

interface Parked {
  readonly waiter: string;
  readonly process: string;
}

function wakeWorkers(turn: Turn, bells: Bells): readonly Parked[] {
  if (turn.readied.size + turn.delayed.size === 0 || !turn.get(LISTENERS.anyParked)) return [];
  const woken: Parked[] = [];
  for (const [queue, count] of turn.readied) {
    if (turn.get(LETTERS.hasReady, queue)) woken.push(...takeOff(turn, bells, queue, count));
  }
  for (const [queue, due] of turn.delayed) {
    // Somebody has to wake up when the letter is due: one that is woken now will see it and sleep until then.
    if (!turn.get(LISTENERS.wakesBy, queue, due)) woken.push(...takeOff(turn, bells, queue, 1));
  }
  return woken;
}

/** Takes up to `count` sleeping workers of a queue off; those of dead processes are removed and do not count. */
function takeOff(turn: Turn, bells: Bells, queue: string, count: number): readonly Parked[] {
  const taken: Parked[] = [];
  while (taken.length < count) {
    const rows = turn.all(LISTENERS.parked, queue, count - taken.length);
    if (rows.length === 0) break;
    for (const row of rows) {
      const parked = { waiter: textOf(row, "waiter"), process: textOf(row, "process") };
      if (turn.run(LISTENERS.unpark, parked.waiter) === 0) continue;
      if (bells.isDead(parked.process)) removeListener(turn, bells, parked.process);
      else taken.push(parked);
    }
  }
  return taken;
}

/** Marks the changed ids that other processes watch; hands out these processes. */
function markChanges(turn: Turn, bells: Bells): ReadonlySet<string> {
  const processes = new Set<string>();
  if (turn.changed.size === 0 || !turn.get(LISTENERS.anyWatch)) return processes;
  let change: number | undefined;
  for (const id of turn.changed) {
    for (const row of turn.all(LISTENERS.watchedElsewhere, id, bells.own)) {
      const process = textOf(row, "process");
      turn.run(LISTENERS.change, id, process, change ??= nextChange(turn));
      processes.add(process);
    }
  }
  return processes;
}

function nextChange(turn: Turn): number {
  const row = turn.get(LISTENERS.nextChange);
  return row ? numberOf(row, "value") : 0;
}

/** Forgets a process that listens no more. */
export function removeListener(turn: Turn, bells: Bells, process: string): void {
  turn.run(LISTENERS.removeParked, process);
  turn.run(LISTENERS.removeWatches, process);
  turn.run(LISTENERS.remove, process);
  bells.remove(process);
}
