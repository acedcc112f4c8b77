/** The typed surface of a task: what its callers see. @module */
import type { AsyncResult } from "../canvas/handles.ts";
import type { TaskDefinition } from "./definition.ts";
import type { CallOptions } from "./options.ts";
import type { Signatures } from "./signatures.ts";

/** The verbs of a task; `Handle` is what each gives for a task that was sent. */
export interface Calls<Args extends readonly unknown[], Handle, Queue extends string = string> {
  readonly name: string;
  readonly definition: TaskDefinition;
  /**
   * Sends a message: the task runs in a worker. Resolves once the broker has it.
   *
   * @throws {ValidationError} when an argument does not fit; nothing is sent then
   */
  delay(...args: Args): Promise<Handle>;
  /** Sends a message, with options: a delay, an expiry, a queue, a priority, an id. */
  applyAsync(args: Args, options?: CallOptions<Queue>): Promise<Handle>;
  /** Sends many messages in as few requests as can be; all with the same options. */
  applyMany(calls: readonly Args[], options?: CallOptions<Queue>): Promise<Handle[]>;
}

/** A task as its callers see it, bound to an app. */
export interface TaskCalls<Args extends readonly unknown[], Result, Queue extends string = string>
  extends Calls<Args, AsyncResult<Result>, Queue>, Signatures<Args, Result> {}

/** A task with its code: call it to run it here, or send it to run in a worker. */
export interface Task<Args extends readonly unknown[], Result, Called = Promise<Result>, Queue extends string = string>
  extends TaskCalls<Args, Result, Queue> {
  /** Runs the handler here and now, with the same checks; no message is sent. */
  (...args: Args): Called;
}

/** What a plain call of a handler gives: a promise only where the handler gives one. */
export type Called<Out, Result> = Out extends PromiseLike<unknown> ? Promise<Result> : Result;
