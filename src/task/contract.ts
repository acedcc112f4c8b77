/** The contract of a task: its name, its schemas and its options, without its code. @module */
import { toMilliseconds } from "../base/duration.ts";
import { SERIALIZATION_POLICIES } from "../protocol/serialization_policy.ts";
import type { TaskOptions } from "./options.ts";
import type { ArgSchemas, CallArgs, HandlerArgs, ResultOf, Returned, Schema } from "./schema.ts";

/** What a contract says: schemas of what goes in and comes out, and the task's options. */
export interface ContractSpec<
  A extends ArgSchemas = ArgSchemas,
  X extends Schema = Schema,
  K extends Schema = Schema,
  R extends Schema = Schema,
  Queue extends string = string,
> extends TaskOptions<Queue> {
  /** The positional arguments, a schema each. Trailing ones may be optional. None when absent. */
  readonly args?: readonly [...A];
  /** Any number of further positional arguments of one kind. */
  readonly rest?: X;
  /** Named arguments: an object schema. They are given as one object after the positional ones. */
  readonly kwargs?: K;
  /** What the task gives. The worker checks it; without it, the result is what the handler returns. */
  readonly returns?: R;
}

/** A contract as the code below the types sees it. */
export interface TaskDefinition {
  readonly name: string;
  readonly args: readonly Schema[];
  readonly rest: Schema | undefined;
  readonly kwargs: Schema | undefined;
  readonly returns: Schema | undefined;
  /** The handler's first argument is its context. */
  readonly bind: boolean;
  readonly options: TaskOptions;
}

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

const NAME = /^[A-Za-z0-9_][\w.:/-]*$/;

/** The definition of a contract, checked: a bad option is told where it is written, not where it first matters. */
export function definitionOf(name: string, spec: ContractSpec, bind: boolean): TaskDefinition {
  if (typeof name !== "string" || !NAME.test(name)) {
    throw new RangeError(
      `Cannot define a task as its name must be letters, digits and . _ : / - only: current value is ${
        JSON.stringify(name)
      }`,
    );
  }
  const { args = [], rest, kwargs, returns, ...options } = spec;
  for (const [index, schema] of args.entries()) requireSchema(name, `args[${index}]`, schema);
  requireSchema(name, "rest", rest);
  requireSchema(name, "kwargs", kwargs);
  requireSchema(name, "returns", returns);
  checkOptions(name, options);
  return { name, args, rest, kwargs, returns, bind, options };
}

function requireSchema(name: string, path: string, schema: Schema | undefined): void {
  if (schema === undefined || (typeof schema === "object" && schema !== null && "_zod" in schema)) return;
  throw new TypeError(
    `Cannot define task ${name} as ${path} must be a schema of zod 4 or zod/mini: current value is ${typeof schema}`,
  );
}

const KNOWN = new Set<string>(
  [
    "queue",
    "priority",
    "retries",
    "retryOn",
    "retryDelay",
    "retryDelayMax",
    "retryJitter",
    "throws",
    "ignoreResult",
    "ack",
    "maxDeliveries",
    "softTimeLimit",
    "timeLimit",
    "expires",
    "trackStarted",
    "serialization",
    "description",
    "bind",
  ] satisfies (keyof TaskOptions | "bind")[],
);

function checkOptions(name: string, options: TaskOptions): void {
  const refuse = (key: string, must: string, current: unknown) => {
    throw new RangeError(`Cannot define task ${name} as ${key} must be ${must}: current value is ${String(current)}`);
  };
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) refuse(key, "left out: it is no option of a task", "set");
  }
  const { priority, retries, maxDeliveries, ack, serialization } = options;
  if (priority !== undefined) checkPriority(priority, `define task ${name}`);
  if (retries !== undefined && !(retries >= 0)) refuse("retries", "0 or more", retries);
  if (maxDeliveries !== undefined && !(Number.isInteger(maxDeliveries) && maxDeliveries >= 1)) {
    refuse("maxDeliveries", "a whole number of at least 1", maxDeliveries);
  }
  if (ack !== undefined && ack !== "late" && ack !== "early") refuse("ack", `"late" or "early"`, ack);
  if (serialization !== undefined && !SERIALIZATION_POLICIES.includes(serialization)) {
    refuse("serialization", SERIALIZATION_POLICIES.map((policy) => `"${policy}"`).join(" or "), serialization);
  }
  for (const key of ["retryDelay", "retryDelayMax", "softTimeLimit", "timeLimit", "expires"] as const) {
    const value = options[key];
    if (value !== undefined) toMilliseconds(value, `${key} of task ${name}`);
  }
}

/**
 * Refuses a priority that is none.
 *
 * @throws {RangeError} when it is not a whole number from 0 to 9
 */
export function checkPriority(priority: number, action: string): void {
  if (Number.isInteger(priority) && priority >= 0 && priority <= 9) return;
  throw new RangeError(`Cannot ${action} as priority must be a whole number from 0 to 9: current value is ${priority}`);
}
