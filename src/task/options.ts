/** The options of a task and of a call. @module */
import type { Duration } from "../base/duration.ts";
import type { SerializationPolicy } from "../protocol/serialization_policy.ts";

/** An error class, as `retryOn` and `throws` take it. */
export type ErrorClass = abstract new (...args: never) => Error;

/** What a task says of itself once, for all its calls. */
export interface TaskOptions<Queue extends string = string> {
  /** The queue its messages go to. The app's default queue when absent. */
  readonly queue?: Queue;
  /** 0 to 9; 9 is served first. @default {0} */
  readonly priority?: number;
  /** How often it may be retried after a failure, by `ctx.retry` or by `retryOn`; `Infinity` for ever. @default {3} */
  readonly retries?: number;
  /**
   * The errors that are retried by themselves: classes, or a test of the error. Nothing is retried when absent, unless
   * the handler calls `ctx.retry`.
   */
  readonly retryOn?: readonly ErrorClass[] | ((error: unknown) => boolean);
  /** The delay below which the first retry is drawn; each further one doubles it. @default {"1s"} */
  readonly retryDelay?: Duration;
  /** No delay before a retry is longer. @default {"10m"} */
  readonly retryDelayMax?: Duration;
  /** Draw each delay at random below its bound, so that a crowd does not come back at once. @default {true} */
  readonly retryJitter?: boolean;
  /** Errors that are expected: the task fails, but the log does not cry. */
  readonly throws?: readonly ErrorClass[];
  /** Keep no result; `get` of such a task gives undefined at once. @default {false} */
  readonly ignoreResult?: boolean;
  /**
   * When a delivery counts as taken. `late`: after the run, so a crash runs it again (at least once). `early`: before
   * it, so it never runs twice (at most once): where a crash or a stop cuts it off it fails with `WorkerLost`, and lies
   * among the dead letters. The broker is told before it runs: one command more for all that begin together.
   * @default {"late"}
   */
  readonly ack?: "late" | "early";
  /** How often a crash of its worker may bring it back before it fails with `WorkerLost`. The app's when absent. */
  readonly maxDeliveries?: number;
  /** After this time its signal is aborted, so that it can end by itself. No limit when absent. */
  readonly softTimeLimit?: Duration;
  /** After this time it fails with `TimeLimitExceeded`, whatever it does. No limit when absent. */
  readonly timeLimit?: Duration;
  /** A call that has not begun after this time does not run. Never when absent. */
  readonly expires?: Duration;
  /** Show the state STARTED while it runs, which costs the broker a write. @default {false} */
  readonly trackStarted?: boolean;
  /** What becomes of arguments and results that JSON cannot carry. The app's policy when absent. */
  readonly serialization?: SerializationPolicy;
  /** What it does, for `umbel inspect registered` and the OpenAPI document. */
  readonly description?: string;
}

export type { CallOptions } from "../canvas/options.ts";
