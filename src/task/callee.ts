/** What signatures know of the tasks that they call: small, since every contract on the edge brings it along. @module */
import { isPlainObject } from "../base/json.ts";
import type { Callee, CallValues } from "../canvas/callee.ts";
import type { MAP, STARMAP } from "../protocol/built_in.ts";
import type { TaskDefinition } from "./definition.ts";
import type { Schema } from "./schema.ts";

/** A callee whose contract is known. */
export interface TaskCallee extends Callee {
  readonly definition: TaskDefinition;
  /** The task is called for each item of a list, by one of the tasks that do this. */
  readonly each?: typeof MAP | typeof STARMAP;
}

/** The callee that signatures of a task carry. */
export function calleeFor(definition: TaskDefinition): TaskCallee {
  const { name, options } = definition;
  return { name, options, definition, split: (values) => splitGiven(definition, values) };
}

/** The callee of a task that calls another for each item. It goes where the other goes. */
export function eachCallee({ options, definition }: TaskCallee, each: typeof MAP | typeof STARMAP): TaskCallee {
  return { name: each, options, definition, each, split: (args) => ({ args }) };
}

/**
 * Tells named arguments from positional ones in a partial call: the last value is the named ones where it is a plain object
 * whose keys the contract knows.
 */
function splitGiven({ kwargs }: TaskDefinition, values: readonly unknown[]): CallValues {
  const last = values.at(-1);
  if (kwargs === undefined || !isPlainObject(last)) return { args: values };
  const known = keysOf(kwargs);
  const named = known === undefined || Object.keys(last).every((key) => known.has(key));
  return named ? { args: values.slice(0, -1), kwargs: last } : { args: values };
}

/** The keys of an object schema that has no others; undefined where nobody knows them. */
function keysOf(schema: Schema): ReadonlySet<string> | undefined {
  const { def } = schema._zod;
  const shape: unknown = "shape" in def && !("catchall" in def && def.catchall) ? def.shape : undefined;
  return isPlainObject(shape) ? new Set(Object.keys(shape)) : undefined;
}
