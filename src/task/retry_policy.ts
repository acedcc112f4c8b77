/** When a failed task is run again, and when it has failed for good. @module */
import { backoffDelay } from "../base/backoff.ts";
import { toMilliseconds } from "../base/duration.ts";
import type { TaskOptions } from "./options.ts";

/** How often a task may be retried when it does not say. */
export const DEFAULT_RETRIES = 3;

/** Whether a task retries this error by itself. */
export function retriesBy(options: TaskOptions, error: unknown): boolean {
  const { retryOn } = options;
  if (retryOn === undefined) return false;
  if (typeof retryOn === "function") return retryOn(error);
  return retryOn.some((cls) => error instanceof cls);
}

/** How long to wait before the retry number `attempt` (0 is the first), in milliseconds. */
export function retryDelay(options: TaskOptions, attempt: number, random?: () => number): number {
  return backoffDelay(attempt, {
    base: toMilliseconds(options.retryDelay ?? "1s"),
    max: toMilliseconds(options.retryDelayMax ?? "10m"),
    jitter: options.retryJitter ?? true,
  }, random);
}
