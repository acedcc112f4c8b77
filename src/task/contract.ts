/** The contract of a task: its name, its schemas and its options, without its code. @module */
import { type ContractSpec, definitionOf, type TaskDefinition } from "./definition.ts";
import type { ArgSchemas, CallArgs, HandlerArgs, ResultOf, Returned, Schema } from "./schema.ts";

/**
 * The contract of a task without its code, to be shared by those who call it and the worker that implements it. It is
 * bound to no app.
 */
export interface Contract<
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
  Handled extends readonly unknown[] = readonly unknown[],
  Return = unknown,
> {
  readonly name: string;
  readonly definition: TaskDefinition;
  /** Only for the compiler: never there when it runs. */
  readonly "~types"?: { args: Args; result: Result; handled: Handled; return: Return };
}

/**
 * Defines a task without its code, in as few bytes as can be: a contract that makes no signatures. The front door has one
 * that does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineTask, Producer } from "@umbel/umbel/producer";
 * import { memory } from "@umbel/umbel/memory";
 * import * as z from "zod/mini";
 *
 * const greet = defineTask("mail.greet", { args: [z.string()], returns: z.string() });
 *
 * const producer = new Producer({ broker: memory() });
 * const result = await producer.use(greet).delay("Ada");
 * assert.equal(await result.state(), "QUEUED");
 * ```
 */
export function defineTask<
  const A extends ArgSchemas = [],
  X extends Schema = never,
  K extends Schema = never,
  R extends Schema = never,
>(
  name: string,
  spec: ContractSpec<A, X, K, R> = {},
): Contract<CallArgs<A, X, K>, ResultOf<R, unknown>, HandlerArgs<A, X, K>, Returned<R>> {
  return { name, definition: definitionOf(name, spec, false) };
}
