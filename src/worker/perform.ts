/** Runs a handler within its limits and tells what came of it. @module */
import { toMilliseconds } from "../base/duration.ts";
import type { Moment } from "../broker.ts";
import {
  Ignore,
  LeaseLost,
  MaxRetriesExceeded,
  Reject,
  Replace,
  Retry,
  SoftTimeLimitExceeded,
  TaskRevoked,
  TimeLimitExceeded,
  WorkerStopping,
} from "../task/control.ts";
import type { TaskOptions } from "../task/options.ts";
import { DEFAULT_RETRIES, retriesBy, retryDelay } from "../task/retry_policy.ts";
import { contentFault } from "./content_fault.ts";
import { type End, lostEnd, type Run } from "./run.ts";

/** Calls the handler; what it gives is kept for the check, what it throws is an end. */
export function perform(run: Run, call: () => unknown): void | Promise<void> {
  const limits = run.message?.limits;
  try {
    const returned = call();
    if (!(returned instanceof Promise)) return void (run.returned = returned);
    return limits === undefined ? settle(run, returned) : withinLimits(run, returned, limits.soft, limits.hard);
  } catch (error) {
    run.end = endOf(run, error);
  }
}

async function settle(run: Run, returned: Promise<unknown>): Promise<void> {
  try {
    run.returned = await returned;
  } catch (error) {
    run.end = endOf(run, error);
  }
}

/** A soft limit aborts the task's signal; a hard one ends the run, whatever the handler still does. */
async function withinLimits(
  run: Run,
  returned: Promise<unknown>,
  soft: number | undefined,
  hard: number | undefined,
): Promise<void> {
  const timers: ReturnType<typeof setTimeout>[] = [];
  if (soft !== undefined) {
    const reason = new SoftTimeLimitExceeded(`The soft time limit of ${soft} ms is over`);
    timers.push(setTimeout(() => run.abort(reason), soft));
  }
  const over = new Promise<never>((_, reject) => {
    if (hard === undefined) return;
    timers.push(setTimeout(() => {
      const reason = new TimeLimitExceeded(`The time limit of ${hard} ms is over`);
      run.abort(reason);
      reject(reason);
    }, hard));
  });
  try {
    await settle(run, Promise.race([returned, over]));
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

/** How a run ends that threw. */
export function endOf(run: Run, error: unknown): End {
  const reason: unknown = run.stopReason;
  if (reason instanceof LeaseLost || reason instanceof WorkerStopping) {
    return run.begun ? lostEnd() : { kind: "released" };
  }
  if (reason instanceof TaskRevoked) return { kind: "revoked", why: "revoked" };
  if (error instanceof Ignore) return { kind: "ignored" };
  if (error instanceof Replace) return { kind: "replaced", tree: error.signature.tree };
  if (error instanceof Reject) return { kind: "buried", error, reason: error.message || "rejected" };
  const fault = contentFault(error);
  if (fault !== undefined) return { kind: "buried", error, reason: fault };
  const options = run.task?.definition.options ?? {};
  if (error instanceof Retry) return retryEnd(run, options, error);
  if (!(error instanceof TimeLimitExceeded) && retriesBy(options, error)) {
    return retryEnd(run, options, new Retry({ cause: error }));
  }
  return { kind: "failed", error };
}

/** How often the task of a run may be retried: as the handler says now, else the call, else the task. */
export function retriesOf(run: Run, asked?: number): number {
  return asked ?? run.message?.retries ?? run.task?.definition.options.retries ?? DEFAULT_RETRIES;
}

function retryEnd(run: Run, options: TaskOptions, retry: Retry): End {
  const { countdown, eta, cause } = retry.options;
  const allowed = retriesOf(run, retry.options.retries);
  if (run.attempt >= allowed) {
    const spent = new MaxRetriesExceeded(`The task was retried ${run.attempt} times and failed again`);
    return { kind: "failed", error: cause ?? spent };
  }
  const due: Moment = eta
    ? { at: eta.getTime() }
    : { in: countdown === undefined ? retryDelay(options, run.attempt) : toMilliseconds(countdown, "countdown") };
  return { kind: "retried", error: cause ?? retry, due };
}
