/** What a handler with `bind: true` knows of its own run. @module */
import type { Logger } from "../base/log.ts";
import type { Signature } from "../canvas/signature.ts";
import type { RetryOptions } from "./control.ts";

/** A task's own run, seen from inside: the first argument of a handler with `bind: true`. */
export interface TaskContext<Result = unknown> {
  readonly id: string;
  /** The task's name. */
  readonly task: string;
  /** 0 at the first run, and one more at each retry. */
  readonly attempt: number;
  /** How often it may be retried in all. */
  readonly retries: number;
  /** How often this attempt has been handed to a worker: more than 1 after a crash. */
  readonly deliveries: number;
  readonly queue: string;
  /** The name of the worker. */
  readonly worker: string;
  /** The first task of the workflow; the task itself where there is none. */
  readonly root: string;
  readonly parent: string | undefined;
  readonly group: { readonly id: string; readonly index: number } | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Aborts when the task should stop: it was revoked, its soft time limit is over, its lease was lost, or its worker
   * stops. The reason tells which.
   */
  readonly signal: AbortSignal;
  /** Writes lines that carry the task's name and id. */
  readonly log: Logger;
  /**
   * Shows how far the task is: any value, kept until the next one or the end. `state` names a state of the task's own.
   */
  progress(value: unknown, state?: string): Promise<void>;
  /**
   * Ends this run and asks for another. It throws; `throw ctx.retry()` only helps the compiler see it.
   *
   * @throws {Retry} always
   */
  retry(options?: RetryOptions): never;
  /**
   * Ends this run and puts a workflow in its place: what comes of the workflow is the result of this task, under its id,
   * and whatever waits for this task gets it. It throws; `throw ctx.replace(…)` only helps the compiler see it.
   *
   * @throws {Replace} always
   */
  replace(signature: Signature<[], Result>): never;
  /**
   * Adds members to the chord that this task is a member of. They begin when this task has succeeded, together with it, so
   * a run that fails or is lost adds nothing. Their values come behind those of all members there were.
   *
   * @throws {TypeError} when this task is a member of no chord
   */
  addToChord(...signatures: readonly Signature<[]>[]): void;
}
