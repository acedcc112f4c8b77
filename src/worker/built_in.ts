/** The tasks that every worker has: calls for each of many items, and workflows that wait to be launched. @module */
import type { Umbel } from "../app/umbel.ts";
import { isSignatureTree } from "../protocol/signature.ts";
import { parseCall, parseResult, splitCall } from "../task/arguments.ts";
import { launchTask, mapTask, starmapTask, unsentSchema, unsentTask } from "../task/built_in.ts";
import type { TaskContext } from "../task/context.ts";
import { NotRegistered, Replace } from "../task/control.ts";
import type { TaskDefinition } from "../task/definition.ts";
import type { RegisteredTask } from "../task/registry.ts";
import { endUnsent } from "./end_unsent.ts";

/** What of an app these tasks work with. */
type Host = Pick<Umbel<string>, "tasks" | "signature" | "broker">;

/** Finds the tasks of an app, and those that every worker has. */
export function findTask(app: Host): (name: string) => RegisteredTask | undefined {
  const builtIn = new Map([
    [mapTask.name, eachOf(app, mapTask, argsOfEach)],
    [starmapTask.name, eachOf(app, starmapTask, lists)],
    [
      unsentTask.name,
      taskOf(unsentTask, async (_, unsent) => await endUnsent(await app.broker(), unsentSchema.parse(unsent))),
    ],
    [launchTask.name, taskOf(launchTask, (_, ...args) => launch(app, args))],
  ]);
  return (name) => app.tasks.get(name) ?? builtIn.get(name);
}

function taskOf(
  definition: TaskDefinition,
  handler: (context: TaskContext, ...args: unknown[]) => unknown,
): RegisteredTask {
  return { definition, run: (values) => Reflect.apply(handler, undefined, [...values]) };
}

/** A task that calls another for each item: whatever that says of its retries and its acknowledgement holds here. */
function eachOf(app: Host, definition: TaskDefinition, callsOf: (items: unknown) => Calls): RegisteredTask {
  const task = taskOf(definition, (context, items, name) => callEach(app, context, String(name), callsOf(items)));
  return { ...task, optionsFor: ([, name]) => app.tasks.get(String(name))?.definition.options };
}

/** The arguments of many calls. */
type Calls = readonly (readonly unknown[])[];

function lists(items: unknown): Calls {
  return Array.isArray(items) ? items.map((item) => Array.isArray(item) ? item : []) : [];
}

function argsOfEach(items: unknown): Calls {
  return Array.isArray(items) ? items.map((item) => [item]) : [];
}

async function callEach(
  app: Host,
  context: TaskContext,
  name: string,
  calls: Calls,
): Promise<unknown[]> {
  const task = app.tasks.get(name);
  if (task === undefined) {
    throw new NotRegistered(`Cannot call ${name} for each item as it must be registered in this worker`);
  }
  const { definition } = task;
  const values: unknown[] = [];
  const replace = () => {
    throw new TypeError(
      `Cannot replace one call of ${name} among many as a task that is replaced must be called by itself: use a group of it`,
    );
  };
  for (const call of calls) {
    context.signal.throwIfAborted();
    const args = await parseCall(definition, splitCall(definition, call), "run");
    const returned = await task.run(definition.bind ? [{ ...context, replace }, ...args] : args);
    values.push(await parseResult(definition, returned));
  }
  return values;
}

function launch(app: Host, args: readonly unknown[]): never {
  const tree = args.at(-1);
  if (!isSignatureTree(tree)) throw new TypeError("Cannot launch a workflow as its data must be that of one");
  throw new Replace(app.signature(tree).clone(...args.slice(0, -1)));
}
