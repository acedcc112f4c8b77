/** The error that a failed task's waiter gets: the failure of the worker, rebuilt. @module */
import type { Failure } from "../protocol/failure.ts";

/** A task's failure, rebuilt where it is read. Its `name`, `message`, `stack`, `cause` and own fields are the original's. */
export class TaskError extends Error {
  override readonly name: string;
  /** The task that was asked for. */
  readonly taskId: string;
  /** The failure as it is stored. */
  readonly failure: Failure;

  constructor(taskId: string, failure: Failure, cause?: Error) {
    super(failure.message, cause === undefined ? undefined : { cause });
    this.name = failure.name;
    this.taskId = taskId;
    this.failure = failure;
  }
}

/** Makes the error of a failure, before what it was stored with is put on it. */
export type MakeError = (id: string, failure: Failure, cause: Error | undefined) => Error;

/** The error of a failure of the task `id`: a {@link TaskError}, unless `make` knows better. */
export function rebuildError(id: string, failure: Failure, make: MakeError = makeTaskError): Error {
  const cause = failure.cause && rebuildError(id, failure.cause, make);
  const error = make(id, failure, cause);
  if (failure.stack !== undefined) define(error, "stack", failure.stack);
  for (const [key, value] of Object.entries(failure.fields ?? {})) {
    if (!(key in error)) define(error, key, value, true);
  }
  return error;
}

/** The error of a failure of which nothing is known but what is stored. */
export const makeTaskError: MakeError = (id, failure, cause) => new TaskError(id, failure, cause);

/** Gives an error a field. */
export function define(error: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable });
}
