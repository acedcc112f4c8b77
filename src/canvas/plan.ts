/** The plan: what a signature becomes when it is sent, as a flat list of tasks that know what follows them. @module */
import type { MessageGate, MessageHop } from "../protocol/message.ts";
import type { SignatureDefaults, SignatureOptions, SignatureTree, TaskTree } from "../protocol/signature.ts";
import type { FindCallee } from "./callee.ts";
import { partsOf } from "./parts.ts";

/** Where a message goes. */
export interface Route {
  readonly queue: string;
  readonly priority: number;
}

/** What a plan needs to know of its app. */
export interface PlanEnv {
  readonly find: FindCallee;
  /** Where a call goes. */
  route(task: string, defaults: SignatureDefaults, options: SignatureOptions): Route;
  /** What the time is, for the deadline of a whole workflow. */
  now(): number;
}

/** What is done with a value. */
export interface After {
  readonly next: readonly MessageHop[];
  readonly gate?: MessageGate | undefined;
  /** The place in a group that it is the value of. */
  readonly group?: { readonly id: string; readonly index: number } | undefined;
}

/** The place of a task that a workflow takes: its last task has the same id, and does what the task would have done. */
export interface Placement {
  readonly id: string;
  readonly task: string;
  readonly route: Route;
  readonly after: After;
  readonly fail: readonly MessageHop[];
}

/** A task of a plan. */
export interface PlannedTask extends MessageHop {
  readonly task: string;
  /** Its call; none for a relay. */
  readonly tree?: TaskTree | undefined;
  /** What its contract says of all calls. */
  readonly defaults: SignatureDefaults;
  /** Its options, with those of the workflows around it. */
  readonly options: SignatureOptions;
  readonly next: readonly MessageHop[];
  readonly fail: readonly MessageHop[];
  readonly gate?: MessageGate | undefined;
  readonly group?: After["group"];
  /** The task before it; for the body of a chord, the group. */
  parent?: string | undefined;
  /** Its id is derived from its place in the plan. */
  readonly isDerived: boolean;
  /** It begins the workflow: it takes nothing from a predecessor. */
  head: boolean;
  /** Of how many chords it begins a member. */
  enter: number;
  /** It has no handler, it hands on what it gets. With a value, it hands on that. */
  readonly relay?: { readonly value?: unknown } | undefined;
}

/** The shape of the result of one task. */
export interface TaskShape {
  readonly kind: "task";
  readonly id: string;
  /** That of what came before it. */
  parent?: ResultShape | undefined;
}

/** The shape of the results of a group. */
export interface GroupShape {
  readonly kind: "group";
  readonly id: string;
  readonly members: readonly ResultShape[];
  /** That of what came before it. */
  parent?: ResultShape | undefined;
}

/** The shape of a workflow's results. */
export type ResultShape = TaskShape | GroupShape;

/** A signature, ready to be sent. */
export interface Plan {
  /** The id of its result. */
  readonly id: string;
  /** What the ids of its tasks are derived from. */
  readonly seed: string;
  /** The first of the tasks that begin it: what Celery calls the root. Undefined where there is no task at all. */
  readonly root: string | undefined;
  readonly tasks: readonly PlannedTask[];
  readonly gates: readonly { readonly id: string; readonly size: number }[];
  readonly result: ResultShape;
  /** The ids that tasks and groups within it were given, beside that of its result. */
  readonly given: ReadonlySet<string>;
}

/** The first task that a signature calls, to route what stands for it. */
export function leafOf(tree: SignatureTree): TaskTree | undefined {
  if (tree.kind === "task") return tree;
  for (const part of partsOf(tree)) {
    const leaf = leafOf(part);
    if (leaf) return leaf;
  }
  return undefined;
}

/** Whether what a signature gives is the list of a group. */
export function endsInGroup(tree: SignatureTree): boolean {
  if (tree.kind === "chain") {
    return tree.steps.some((step, index) => index === tree.steps.length - 1 && endsInGroup(step));
  }
  return tree.kind === "chord" ? endsInGroup(tree.body) : tree.kind === "group";
}
