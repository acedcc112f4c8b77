/**
 * How long marks are kept. A whole bucket of them is forgotten at once, an eighth later than was said at the most, so
 * its time has to be set again only now and then: once for each bucket and process, not once for each result.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";

/** A bucket's time is set again after this share of the retention. */
const SLACK = 1 / 8;

/** An id older than this share of the retention may be known longer than the marks of its bucket. */
const AGED = 1 / 2;

/** Buckets whose time is remembered as set; beyond that it is set once more than needed. */
const REMEMBERED = 20_000;

/** Milliseconds that the ids of a bucket span. */
const BUCKET_SPAN = 65_536;

/** Decides when times are set, and which ids are old. */
export class Retention {
  readonly #clock: Clock;
  readonly #retention: number;
  readonly #set = new Map<string, number>();

  constructor(clock: Clock, retention: number) {
    this.#clock = clock;
    this.#retention = retention;
  }

  /** For the marks' key that something is written to that has to be forgotten: milliseconds, or nothing while it is set. */
  timeFor(key: string): string {
    const now = this.#clock.now();
    const last = this.#set.get(key);
    if (last !== undefined && now - last < this.#retention * SLACK) return "";
    if (this.#set.size >= REMEMBERED) this.#set.clear();
    this.#set.set(key, now);
    return String(Math.ceil(this.#retention * (1 + SLACK)));
  }

  /** Forgets that times were set: the server may have lost them, or a call that was to set them failed. */
  reset(): void {
    this.#set.clear();
  }

  /** Whether an id was made so long ago, or so far in the future, that its bucket alone does not tell all. */
  isAged(id: string): boolean {
    const made = parseInt(id.slice(0, 8), 16) * BUCKET_SPAN;
    return !(Math.abs(this.#clock.now() - made) <= this.#retention * AGED);
  }

  /** Whether a letter that is due in so many milliseconds may outlive the marks of its bucket. */
  outlives(due: number): boolean {
    return due > this.#retention * AGED;
  }

  /** Milliseconds from now to a moment, by this process's clock. */
  until(moment: { readonly in: number } | { readonly at: number }): number {
    return "in" in moment ? moment.in : moment.at - this.#clock.now();
  }
}
