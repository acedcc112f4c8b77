/** The verbs of a task for those who call it. @module */
import type { TaskDefinition } from "../task/definition.ts";
import type { Calls } from "../task/task.ts";
import type { Publisher } from "./publisher.ts";

/** The verbs of a task; `handle` makes what stands for the result of a task that was sent. */
export function callsOf<Args extends readonly unknown[], Handle, Queue extends string>(
  definition: TaskDefinition,
  publisher: Publisher,
  handle: (id: string) => Handle,
): Calls<Args, Handle, Queue> {
  return {
    name: definition.name,
    definition,
    delay: async (...args) => handle(await publisher.send(definition, args)),
    applyAsync: async (args, options) => handle(await publisher.send(definition, args, options)),
    applyMany: async (calls, options) => (await publisher.sendMany(definition, calls, options)).map(handle),
  };
}
