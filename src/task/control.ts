/** What a handler may throw to steer its own task: retry it, reject it, or end it without a result. @module */
import type { Duration } from "../base/duration.ts";
import type { AnySignature } from "../canvas/signature.ts";

/** How a handler wants to be run again. */
export interface RetryOptions {
  /** Wait this long. By default the task's own backoff decides. */
  readonly countdown?: Duration;
  /** Wait until then. */
  readonly eta?: Date;
  /** Why: the failure that the task ends with when no retry is left. */
  readonly cause?: unknown;
  /** How often it may be retried in all, instead of the task's own number. */
  readonly retries?: number;
}

/** Thrown by `ctx.retry()`: the task runs again later, under the same id. */
export class Retry extends Error {
  override readonly name: string = "Retry";
  readonly options: RetryOptions;

  constructor(options: RetryOptions = {}) {
    super("The task asks to be run again", { cause: options.cause });
    this.options = options;
  }
}

/** Thrown by `ctx.replace()`: a workflow takes the place of the task, under its id. */
export class Replace extends Error {
  override readonly name: string = "Replace";
  readonly signature: AnySignature;

  constructor(signature: AnySignature) {
    super("A workflow takes the place of the task");
    this.signature = signature;
  }
}

/** Throw it to put the message aside, into the dead letters, with a reason; the task fails with it. */
export class Reject extends Error {
  override readonly name: string = "Reject";
}

/** Throw it to end the task without a result; its state becomes IGNORED, so that nobody waits in vain. */
export class Ignore extends Error {
  override readonly name: string = "Ignore";
}

/** The task was tried as often as it may be, and asked for more. */
export class MaxRetriesExceeded extends Error {
  override readonly name: string = "MaxRetriesExceeded";
}

/** The time a task may take was over, and it was given up. */
export class TimeLimitExceeded extends Error {
  override readonly name: string = "TimeLimitExceeded";
}

/** The reason of a task's signal when its soft limit was over: it may still end by itself. */
export class SoftTimeLimitExceeded extends Error {
  override readonly name: string = "SoftTimeLimitExceeded";
}

/** The workers that ran a task died, each time, as often as is allowed. */
export class WorkerLost extends Error {
  override readonly name: string = "WorkerLost";
}

/** The reason of a task's signal when its worker may no longer own it: another may be running it. */
export class LeaseLost extends Error {
  override readonly name: string = "LeaseLost";
}

/** The reason of a task's signal when the worker stops and cannot wait; the task goes back to its queue. */
export class WorkerStopping extends Error {
  override readonly name: string = "WorkerStopping";
}

/** The task was revoked, or came too late. */
export class TaskRevoked extends Error {
  override readonly name: string = "TaskRevoked";
}

/** A worker has no task of this name. */
export class NotRegistered extends Error {
  override readonly name: string = "NotRegistered";
}

/** A chord's body cannot run because a member of its header has failed. Its cause is the member's own error. */
export class ChordError extends Error {
  override readonly name: string = "ChordError";
  /** The member that failed first. */
  declare readonly taskId?: string;
  declare readonly taskName?: string;
}
