/** What a contract says, as the code below the types sees it. @module */
import type { TaskOptions } from "./options.ts";
import type { ArgSchemas, Schema } from "./schema.ts";

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

const NAME = /^[A-Za-z0-9_][\w.:/-]*$/;

/**
 * The definition of a contract. Its options are left to {@link checkOptions}, so that an edge bundle goes without.
 *
 * @throws {TypeError} when a schema is none
 * @throws {RangeError} when the name is none
 */
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
  return { name, args, rest, kwargs, returns, bind, options };
}

function requireSchema(name: string, path: string, schema: Schema | undefined): void {
  if (schema === undefined || (typeof schema === "object" && schema !== null && "_zod" in schema)) return;
  throw new TypeError(
    `Cannot define task ${name} as ${path} must be a schema of zod 4 or zod/mini: current value is ${typeof schema}`,
  );
}

/** What a priority must be. */
export const PRIORITY = "a whole number from 0 to 9";

/** Whether a value is a priority. */
export function isPriority(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 9;
}

/**
 * Refuses a priority that is none.
 *
 * @throws {RangeError} when it is not a whole number from 0 to 9
 */
export function checkPriority(priority: number, action: string): void {
  if (isPriority(priority)) return;
  throw new RangeError(`Cannot ${action} as priority must be ${PRIORITY}: current value is ${priority}`);
}
