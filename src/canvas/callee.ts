/** What a signature knows of the task it calls, where this process has its contract. It never travels. @module */
import type { SignatureDefaults, SignatureTree, TaskTree } from "../protocol/signature.ts";
import { mapTasks } from "./map_tasks.ts";

/** The arguments of a call as they travel. */
export interface CallValues {
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/** A task as one who calls it sees it. */
export interface Callee {
  readonly name: string;
  readonly options: SignatureDefaults;
  /** Tells named arguments from positional ones, of some or all of the arguments of a call. */
  split(values: readonly unknown[]): CallValues;
}

/** Where a call in a signature keeps its callee: under a symbol, so that JSON leaves it out and copies keep it. */
const CALLEE: unique symbol = Symbol();

interface Called extends TaskTree {
  readonly [CALLEE]?: Callee | undefined;
}

/** A call with its callee at hand. */
export function withCallee(tree: TaskTree, callee: Callee | undefined): TaskTree {
  const called: Called = { ...tree, [CALLEE]: callee };
  return called;
}

/** The callee of a call, where this process knows it. */
export function calleeOf(tree: TaskTree): Callee | undefined {
  const called: Called = tree;
  return called[CALLEE];
}

/** What the contract of a call says of all calls. */
export function defaultsOf(tree: TaskTree): SignatureDefaults {
  return calleeOf(tree)?.options ?? tree.defaults ?? {};
}

/** Finds a task by its name. */
export type FindCallee = (name: string) => Callee | undefined;

/** A signature whose calls have their callees at hand, such as one that came as JSON. */
export function withCallees(tree: SignatureTree, find: FindCallee): SignatureTree {
  return mapTasks(tree, (task) => withCallee(task, calleeOf(task) ?? find(task.task)));
}

/** A signature for those who do not know its contracts: each call tells what its contract says. */
export function withDefaults(tree: SignatureTree): SignatureTree {
  return mapTasks(tree, (task) => {
    const { queue, priority, expires, softTimeLimit, timeLimit, ignoreResult, serialization } = defaultsOf(task);
    const defaults = { queue, priority, expires, softTimeLimit, timeLimit, ignoreResult, serialization };
    const isPlain = Object.values(defaults).every((value) => value === undefined);
    return isPlain ? task : { ...task, defaults: JSON.parse(JSON.stringify(defaults)) };
  });
}
