/** Rebuilds failures of registered classes as themselves. @module */
import type { Failure } from "../protocol/failure.ts";
import { define, makeTaskError, rebuildError } from "./task_error.ts";

/** A class whose failures are rebuilt as themselves. */
export type ErrorConstructor = abstract new (...args: never) => Error;

/** Rebuilds failures: as the registered class of their name where there is one, else as a `TaskError`. */
export class ErrorRebuilder {
  readonly #classes: ReadonlyMap<string, ErrorConstructor>;

  constructor(classes: readonly ErrorConstructor[] = []) {
    this.#classes = new Map(classes.map((cls) => [cls.name, cls]));
  }

  /** The error of a failure of the task `id`. */
  rebuild(id: string, failure: Failure): Error {
    return rebuildError(id, failure, (id, failure, cause) => {
      const cls = this.#classes.get(failure.name);
      return cls ? instanceOf(cls, failure, cause) : makeTaskError(id, failure, cause);
    });
  }
}

/** An instance of a class without a call of its constructor, whose arguments nobody knows any more. */
function instanceOf(cls: ErrorConstructor, failure: Failure, cause: Error | undefined): Error {
  const error = new Error(failure.message, cause === undefined ? undefined : { cause });
  Object.setPrototypeOf(error, cls.prototype);
  define(error, "name", failure.name);
  return error;
}
