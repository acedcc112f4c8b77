/** What a sent task or workflow gives back: handles that wait for results, wherever they are kept. @module */
import type { Duration } from "../base/duration.ts";
import type { ResultRecord } from "../protocol/result.ts";

/** How to wait for a result. */
export interface GetOptions {
  /** How long to wait at most; then a `TimeoutError` is thrown and the task goes on. Without end by default. */
  readonly timeout?: Duration;
  /** Whether a failure of the task is thrown here. With `false`, `get` gives the error as a value instead. @default {true} */
  readonly propagate?: boolean;
  /** Stops the waiting, not the task. */
  readonly signal?: AbortSignal;
}

/**
 * The result of one task, to be looked at and awaited. It holds an id and asks the broker; making one costs nothing, and
 * nothing has to be closed.
 */
export interface PendingResult<T> {
  readonly id: string;
  /** What has become of the task: one of `TaskState`, or a state of the task's own. */
  state(): Promise<string>;
  /** Whether the task has ended, well or not. */
  ready(): Promise<boolean>;
  /** Whether it has ended well. */
  successful(): Promise<boolean>;
  /** Whether it has failed. A revoked task has not failed. */
  failed(): Promise<boolean>;
  /**
   * The value, once the task has ended.
   *
   * @throws {TaskError} the task's failure, rebuilt with its class name, message, stack, cause and fields
   * @throws {DOMException} a `TimeoutError` after `timeout`, the signal's reason when aborted
   */
  get(options?: GetOptions): Promise<T>;
  /** The value if it has ended well, else undefined, without waiting. */
  result(): Promise<T | undefined>;
  /** The error if it has failed or was revoked, else undefined, without waiting. */
  error(): Promise<Error | undefined>;
  /** The whole record: state, worker, times, retries, progress; undefined when nothing is known but that it waits. */
  info(): Promise<ResultRecord | undefined>;
  /** What the task last said of its progress, if it said anything. */
  progress(): Promise<unknown>;
}

/** The result of one task, with the tasks around it, and what ends it early. */
export interface AsyncResult<T> extends PendingResult<T> {
  /** The result of the task before it in its chain, where it was made by sending a chain. */
  readonly parent: AsyncResult<unknown> | undefined;
  /** The stack of its error, where it has failed. */
  traceback(): Promise<string | undefined>;
  /** The tasks that it set going. */
  children(): Promise<readonly AsyncResult<unknown>[]>;
  /** Marks the task so that it will not run; one that runs already is told by its signal. */
  revoke(): Promise<void>;
  /** Deletes the result now rather than after its retention. */
  forget(): Promise<void>;
}
