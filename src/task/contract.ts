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
 * Defines a task without its code, for an edge bundle that only calls it. The worker gives it a handler with
 * `app.implement`; a caller binds it to an app with `app.use`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineTask, Umbel } from "@umbel/umbel";
 * import { memory } from "@umbel/umbel/memory";
 * import * as z from "zod";
 *
 * const greet = defineTask("mail.greet", { args: [z.string()], returns: z.string() });
 *
 * const app = new Umbel("shop", { broker: memory() });
 * const result = await app.use(greet).delay("Ada");
 * assert.equal(await result.state(), "QUEUED");
 * await app.close();
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
