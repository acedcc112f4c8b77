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

/** A class whose failures are rebuilt as themselves. */
export type ErrorConstructor = abstract new (...args: never) => Error;

/** Rebuilds failures: as the registered class of their name where there is one, else as a {@link TaskError}. */
export class ErrorRebuilder {
  readonly #classes: ReadonlyMap<string, ErrorConstructor>;

  constructor(classes: readonly ErrorConstructor[] = []) {
    this.#classes = new Map(classes.map((cls) => [cls.name, cls]));
  }

  /** The error of a failure of the task `id`. */
  rebuild(id: string, failure: Failure): Error {
    const cause = failure.cause === undefined ? undefined : this.rebuild(id, failure.cause);
    const cls = this.#classes.get(failure.name);
    const error = cls ? instanceOf(cls, failure, cause) : new TaskError(id, failure, cause);
    if (failure.stack !== undefined) define(error, "stack", failure.stack);
    for (const [key, value] of Object.entries(failure.fields ?? {})) {
      if (!(key in error)) define(error, key, value, true);
    }
    return error;
  }
}

/** An instance of a class without a call of its constructor, whose arguments nobody knows any more. */
function instanceOf(cls: ErrorConstructor, failure: Failure, cause: Error | undefined): Error {
  const error = new Error(failure.message, cause === undefined ? undefined : { cause });
  Object.setPrototypeOf(error, cls.prototype);
  define(error, "name", failure.name);
  return error;
}

function define(error: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable });
}
