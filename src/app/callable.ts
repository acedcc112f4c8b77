/** Makes the function that a task is, with its verbs on it. @module */
import { parseCall, parseResult, splitCall } from "../task/arguments.ts";
import type { TaskDefinition } from "../task/definition.ts";
import type { Task, TaskCalls } from "../task/task.ts";

/** What runs a handler: with its context first, where the task wants one. */
export type Handler = (values: readonly unknown[]) => unknown;

/** The task as a function: a plain call checks its arguments, runs the handler here, and checks its result. */
export function callableOf<Args extends readonly unknown[], Result, Called, Queue extends string>(
  calls: TaskCalls<Args, Result, Queue>,
  handler: Handler,
): Task<Args, Result, Called, Queue> {
  const { definition } = calls;
  const run = (...args: Args): unknown => {
    const values = parseCall(definition, splitCall(definition, args), "call");
    return values instanceof Promise
      ? values.then((parsed) => handled(definition, handler(parsed)))
      : handled(definition, handler(values as unknown[]));
  };
  const { name: _, ...verbs } = calls;
  Object.defineProperty(run, "name", { value: definition.name });
  return Object.assign(run, verbs) as Task<Args, Result, Called, Queue>;
}

function handled(definition: TaskDefinition, returned: unknown): unknown {
  return returned instanceof Promise
    ? returned.then((value) => parseResult(definition, value))
    : parseResult(definition, returned);
}
