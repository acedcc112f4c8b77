/** Looks, every few seconds, after what a lost bell or a dead process left behind. @module */

import { systemClock } from "../../base/clock.ts";
import type { Bells } from "./bells.ts";
import { removeListener } from "./rings.ts";
import { numberOf, textOf } from "./rows.ts";
import { LISTENERS } from "./statements.ts";
import type { Turn } from "./turn.ts";
import type { Waiting } from "./waiting.ts";
import type { Watching } from "./watching.ts";
import type { Writer } from "./writer.ts";

/** How long a lost bell delays what it told of, in milliseconds. A look costs some ten microseconds. */
const LOOK_EVERY = 2_000;

/** How often this process tells the others that it still listens, in milliseconds. */
const RENEW_EVERY = 60_000;

/** After so many milliseconds without a word, a process is taken for dead. */
const DEAD_AFTER = 5 * RENEW_EVERY;

/** What a patrol looks after. */
export interface PatrolOptions {
  readonly writer: Writer;
  readonly bells: Bells;
  readonly waiting: Waiting;
  readonly watching: Watching;
}

/**
 * Listens to the bell while somebody here sleeps or watches, and looks by itself now and then.
 *
 * It goes by the host's clock, not the broker's: whether a process lives is no matter of the queue's time.
 */
export class Patrol {
  readonly #options: PatrolOptions;
  readonly #closed = new AbortController();
  #running: Promise<void> | undefined;
  #isRegistered = false;
  #renewAt = 0;

  constructor(options: PatrolOptions) {
    this.#options = options;
  }

  /** Has this process listen, from this transaction on. */
  listen(turn: Turn): void {
    const { bells } = this.#options;
    bells.listen(() => this.#answer());
    if (!this.#isRegistered) turn.run(LISTENERS.register, bells.own, systemClock.now());
    this.#isRegistered = true;
    this.#running ??= this.#walk();
  }

  /** Stops. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  /** Has this process forgotten by the others; the last that it writes. */
  unregister(turn: Turn): void {
    if (this.#isRegistered) removeListener(turn, this.#options.bells, this.#options.bells.own);
  }

  /** Answers the bell. */
  #answer(): void {
    const { waiting, watching } = this.#options;
    if (this.#closed.signal.aborted) return;
    waiting.ringTaken();
    watching.tellChanged();
  }

  /** Goes round until there is nothing to look after. */
  async #walk(): Promise<void> {
    const { waiting, watching } = this.#options;
    while (true) {
      await systemClock.sleep(LOOK_EVERY * (0.75 + Math.random() / 2), this.#closed.signal);
      if (this.#closed.signal.aborted || waiting.size + watching.size === 0) break;
      try {
        this.#answer();
        waiting.ringMissed();
        await this.#renew();
      } catch {
        // The database is busy or in trouble: who uses it is told, and this comes round again.
      }
    }
    this.#running = undefined;
  }

  async #renew(): Promise<void> {
    const { writer, bells, watching } = this.#options;
    const now = systemClock.now();
    if (now < this.#renewAt) return;
    this.#renewAt = now + RENEW_EVERY;
    await writer.run((turn) => {
      const wasForgotten = !turn.get(LISTENERS.find, bells.own);
      turn.run(LISTENERS.register, bells.own, now);
      if (wasForgotten) watching.register(turn);
      if (wasForgotten) watching.tellAll();
      for (const row of turn.all(LISTENERS.list)) {
        const process = textOf(row, "process");
        if (numberOf(row, "seen") < now - DEAD_AFTER || bells.isDead(process)) removeListener(turn, bells, process);
      }
    });
  }
}
