/** How many deliveries a worker may hold: as many as it runs, and some more while its tasks are short. @module */

/** Tasks that take longer than this on average, in milliseconds, are not worth holding ahead. */
const SHORT = 50;

/** How much one run weighs in the moving average of run times. */
const WEIGHT = 0.1;

/** Counts how many deliveries a worker may hold. */
export class Slots {
  readonly concurrency: number;
  readonly #prefetch: number | "auto";
  /** A moving average of run times, in milliseconds. Nothing is held ahead before it is known. */
  #average = Infinity;

  constructor(concurrency: number, prefetch: number | "auto") {
    this.concurrency = concurrency;
    this.#prefetch = prefetch;
  }

  /** Learns how long a run took. */
  took(ms: number): void {
    this.#average = this.#average === Infinity ? ms : this.#average + (ms - this.#average) * WEIGHT;
  }

  /** How many deliveries may be held in all, running ones and waiting ones. */
  get capacity(): number {
    const ahead = this.#prefetch === "auto" ? (this.#average < SHORT ? this.concurrency : 0) : this.#prefetch;
    return this.concurrency + ahead;
  }
}
