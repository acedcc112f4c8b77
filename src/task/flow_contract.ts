/** Contracts that also make signatures, to be put together into workflows. @module */
import { type Contract, defineTask as defineContract } from "./contract.ts";
import type { ContractSpec } from "./definition.ts";
import type { ArgSchemas, CallArgs, HandlerArgs, ResultOf, Returned, Schema } from "./schema.ts";
import { type Signatures, signaturesOf } from "./signatures.ts";

/** A contract that makes signatures. They are bound to no app: `app.send` and `app.use` take them. */
export interface FlowContract<
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
  Handled extends readonly unknown[] = readonly unknown[],
  Return = unknown,
> extends Contract<Args, Result, Handled, Return>, Signatures<Args, Result> {}

/**
 * Defines a task without its code, for an edge bundle that only calls it. The worker gives it a handler with
 * `app.implement`; a caller binds it to an app with `app.use`, or puts its signatures together and sends them.
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
): FlowContract<CallArgs<A, X, K>, ResultOf<R, unknown>, HandlerArgs<A, X, K>, Returned<R>> {
  const contract = defineContract(name, spec);
  return { ...contract, ...signaturesOf<CallArgs<A, X, K>, ResultOf<R, unknown>>(contract.definition) };
}
