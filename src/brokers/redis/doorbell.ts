/** Rings for one who sleeps, and remembers a ring that nobody heard. @module */
import type { Clock } from "../../base/clock.ts";

/** A bell with any number of sleepers. */
export class Doorbell {
  #rung = false;
  readonly #sleepers = new Set<AbortController>();

  /** Whether it rang since it was last hushed. */
  get rung(): boolean {
    return this.#rung;
  }

  /** Rings. */
  ring(): void {
    this.#rung = true;
    this.stir();
  }

  /** Lets the sleepers look at their clocks again, without a ring. */
  stir(): void {
    for (const sleeper of this.#sleepers) sleeper.abort();
  }

  /** Forgets a ring: whatever it told of is being looked for. */
  hush(): void {
    this.#rung = false;
  }

  /** Sleeps until it rings or stirs, the time is over, or the signal aborts. */
  async sleep(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (this.#rung || signal.aborted || ms <= 0) return;
    const sleeper = new AbortController();
    this.#sleepers.add(sleeper);
    await clock.sleep(ms, AbortSignal.any([signal, sleeper.signal]));
    this.#sleepers.delete(sleeper);
  }
}
