/** How a worker sleeps until there may be something to claim, whichever process publishes it. @module */

import type { Clock } from "../../base/clock.ts";
import type { Bells } from "./bells.ts";
import { earliest, nextDue } from "./claims.ts";
import type { Database } from "./database.ts";
import { textOf } from "./rows.ts";
import { LETTERS, LISTENERS, WORKERS } from "./statements.ts";
import type { Turn } from "./turn.ts";
import type { Writer } from "./writer.ts";

/** A worker of this process that sleeps, or is about to. */
class Waiter {
  readonly id: string;
  readonly queues: readonly string[];
  /** Ends its sleep. */
  readonly wake: AbortController = new AbortController();
  /** Whether it stands in the database. */
  isParked = false;
  /** Whether somebody has taken it off there, to wake it. */
  isRung = false;
  /** Whether it wakes up to go away, and not to claim. */
  goesAway = false;
  /** Resolves when it is up. */
  up: Promise<void> = Promise.resolve();

  constructor(id: string, queues: readonly string[]) {
    this.id = id;
    this.queues = [...new Set(queues)];
  }
}

/** What waiting needs. */
export interface WaitingOptions {
  readonly database: Database;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly bells: Bells;
  /** Has this process listen: called before anything is parked. */
  readonly listen: (turn: Turn) => void;
}

/** The sleeping workers of this process. */
export class Waiting {
  readonly #options: WaitingOptions;
  readonly #waiters = new Map<string, Waiter>();
  #count = 0;
  #isClosed = false;

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  /** How many sleep. */
  get size(): number {
    return this.#waiters.size;
  }

  /** Sleeps until one of the queues has a letter, at most until `deadline`, or until the signal. */
  async wait(queues: readonly string[], deadline: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#isClosed) return;
    const waiter = new Waiter(`${this.#options.bells.own}.${++this.#count}`, queues);
    const goAway = () => sendAway(waiter);
    signal.addEventListener("abort", goAway, { once: true });
    this.#waiters.set(waiter.id, waiter);
    waiter.up = this.#sleep(waiter, deadline);
    try {
      await waiter.up;
    } finally {
      signal.removeEventListener("abort", goAway);
      this.#waiters.delete(waiter.id);
    }
  }

  /** Wakes everybody, lets nobody sleep any more, and resolves when all are up. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const waiters = [...this.#waiters.values()];
    waiters.forEach(sendAway);
    await Promise.allSettled(waiters.map(({ up }) => up));
  }

  /** Wakes workers that were taken off in the database. */
  ring(ids: readonly string[]): void {
    for (const id of ids) {
      const waiter = this.#waiters.get(id);
      if (!waiter) continue;
      waiter.isRung = true;
      waiter.wake.abort();
    }
  }

  /** Wakes the workers that another process has taken off. */
  ringTaken(): void {
    const parked = [...this.#waiters.values()].filter((waiter) => waiter.isParked);
    if (parked.length === 0) return;
    const { database, bells } = this.#options;
    const still = new Set(database.all(LISTENERS.parkedHere, bells.own).map((row) => textOf(row, "waiter")));
    this.ring(parked.filter(({ id }) => !still.has(id)).map(({ id }) => id));
  }

  /** Wakes everybody who sleeps over something: a letter whose bell was lost, or one that a dead worker held. */
  ringMissed(): void {
    const { database, clock } = this.#options;
    const now = clock.now();
    const isAnyDead = database.get(WORKERS.anyDead, now) !== undefined;
    const isMissed = (queue: string) => database.get(LETTERS.mayRun, queue, now) !== undefined;
    for (const { queues, wake } of this.#waiters.values()) if (isAnyDead || queues.some(isMissed)) wake.abort();
  }

  async #sleep(waiter: Waiter, deadline: number): Promise<void> {
    const { clock } = this.#options;
    try {
      const wakes = await this.#park(waiter, deadline);
      const left = (wakes ?? 0) - clock.now();
      if (left > 0) await clock.sleep(left, waiter.wake.signal);
    } finally {
      await this.#getUp(waiter);
    }
  }

  /** Lies down, unless there is something to claim; tells when to wake up at the latest. */
  async #park(waiter: Waiter, deadline: number): Promise<number | undefined> {
    const { writer, bells, listen } = this.#options;
    const { id, queues, wake } = waiter;
    const wakes = await writer.run((turn) => {
      if (wake.signal.aborted || queues.some((queue) => hasLetter(turn, queue))) return undefined;
      const due = earliest(queues, (queue) => nextDue(turn, queue)) ?? deadline;
      const until = Math.ceil(Math.min(due, deadline, Number.MAX_SAFE_INTEGER));
      if (until <= turn.now) return undefined;
      listen(turn);
      for (const queue of queues) turn.run(LISTENERS.park, id, bells.own, queue, until);
      return until;
    });
    waiter.isParked = wakes !== undefined;
    return wakes;
  }

  /** Gets up. Where somebody wakes it just now and it goes away instead of claiming, another is woken in its place. */
  async #getUp({ id, queues, isParked, isRung, goesAway }: Waiter): Promise<void> {
    if (!isParked || (isRung && !goesAway)) return;
    await this.#options.writer.run((turn) => {
      const wasTaken = turn.run(LISTENERS.unpark, id) === 0;
      if (wasTaken && goesAway) queues.forEach((queue) => turn.ready(queue));
    });
  }
}

function sendAway(waiter: Waiter): void {
  waiter.goesAway = true;
  waiter.wake.abort();
}

/** Whether a queue has a letter to hand out, after time has taken effect there. */
function hasLetter(turn: Turn, queue: string): boolean {
  turn.promote(queue);
  return turn.get(LETTERS.hasReady, queue) !== undefined;
}
