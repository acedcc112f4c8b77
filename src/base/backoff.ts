/** Exponential backoff with full jitter. @module */

/** How delays grow from one try to the next. */
export interface BackoffOptions {
  /** The delay that the first retry is drawn below, in milliseconds. */
  readonly base: number;
  /** No delay is longer than this, in milliseconds. */
  readonly max: number;
  /** What each further try multiplies the delay by. @default {2} */
  readonly factor?: number;
  /** Draw each delay at random between 0 and its bound, so that a crowd does not come back at once. @default {true} */
  readonly jitter?: boolean;
}

/** The delay before the retry number `attempt` (0 is the first retry), in milliseconds. */
export function backoffDelay(attempt: number, options: BackoffOptions, random: () => number = Math.random): number {
  const { base, max, factor = 2, jitter = true } = options;
  const bound = Math.min(max, base * factor ** Math.min(attempt, 1_000));
  return jitter ? random() * bound : bound;
}
