/** What a contract says, as the code below the types sees it, and the checks of it. @module */
import { type Duration, toMilliseconds } from "../base/duration.ts";
import { SERIALIZATION_POLICIES } from "../protocol/serialization_policy.ts";
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

/** Tells what the value of an option must be, when it is not that. `what` names it, where a check throws by itself. */
type Rule = (value: unknown, what: string) => string | undefined;

const free: Rule = () => undefined;
const duration: Rule = (value, what) => void toMilliseconds(value as Duration, what);
const oneOf = (...names: readonly unknown[]): Rule => (value) =>
  names.includes(value) ? undefined : names.map((name) => JSON.stringify(name)).join(" or ");

const RULES: Readonly<Record<keyof TaskOptions | "bind", Rule>> = {
  queue: free,
  priority: (value) => isPriority(value) ? undefined : PRIORITY,
  retries: (value) => Number(value) >= 0 ? undefined : "0 or more",
  retryOn: free,
  retryDelay: duration,
  retryDelayMax: duration,
  retryJitter: free,
  throws: free,
  ignoreResult: free,
  ack: oneOf("late", "early"),
  maxDeliveries: (value) => Number.isInteger(value) && Number(value) >= 1 ? undefined : "a whole number of at least 1",
  softTimeLimit: duration,
  timeLimit: duration,
  expires: duration,
  trackStarted: free,
  serialization: oneOf(...SERIALIZATION_POLICIES),
  description: free,
  bind: free,
};

function checkOptions(name: string, options: TaskOptions): void {
  const rules = new Map<string, Rule>(Object.entries(RULES));
  for (const [key, value] of Object.entries(options)) {
    const rule = rules.get(key);
    if (rule && value === undefined) continue;
    const must = rule ? rule(value, `${key} of task ${name}`) : "left out: it is no option of a task";
    if (must === undefined) continue;
    const current = rule ? String(value) : "set";
    throw new RangeError(`Cannot define task ${name} as ${key} must be ${must}: current value is ${current}`);
  }
}

const PRIORITY = "a whole number from 0 to 9";

function isPriority(value: unknown): boolean {
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
