/** What a signature knows of the task it calls, where this process has its contract. It never travels. @module */
import type { Duration } from "../base/duration.ts";
import type { SerializationPolicy } from "../protocol/serialization_policy.ts";
import type { GroupTree, SignatureExtras, SignatureTree, TaskTree } from "../protocol/signature.ts";

/** The arguments of a call as they travel. */
export interface CallValues {
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/** What a task says of all its calls, as far as sending one needs it. */
export interface CalleeOptions {
  readonly queue?: string | undefined;
  readonly priority?: number | undefined;
  readonly expires?: Duration | undefined;
  readonly softTimeLimit?: Duration | undefined;
  readonly timeLimit?: Duration | undefined;
  readonly ignoreResult?: boolean | undefined;
  readonly serialization?: SerializationPolicy | undefined;
}

/** A task as one who calls it sees it. */
export interface Callee {
  readonly name: string;
  readonly options: CalleeOptions;
  /** Tells named arguments from positional ones, of some or all of the arguments of a call. */
  split(values: readonly unknown[]): CallValues;
}

/** Where a call in a signature keeps its callee: under a symbol, so that JSON leaves it out and copies keep it. */
const CALLEE: unique symbol = Symbol("callee");

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

/** Finds a task by its name. */
export type FindCallee = (name: string) => Callee | undefined;

/** A signature whose calls have their callees at hand, such as one that came as JSON. */
export function withCallees(tree: SignatureTree, find: FindCallee): SignatureTree {
  switch (tree.kind) {
    case "task":
      return withCallee({ ...tree, ...extras(tree, find) }, calleeOf(tree) ?? find(tree.task));
    case "chain":
      return { ...tree, ...extras(tree, find), steps: all(tree.steps, find) };
    case "group":
      return group(tree, find);
    case "chord":
      return { ...tree, ...extras(tree, find), header: group(tree.header, find), body: withCallees(tree.body, find) };
  }
}

function group(tree: GroupTree, find: FindCallee): GroupTree {
  return { ...tree, ...extras(tree, find), members: all(tree.members, find) };
}

function all(trees: readonly SignatureTree[], find: FindCallee): SignatureTree[] {
  return trees.map((tree) => withCallees(tree, find));
}

function extras({ link, linkError }: SignatureTree, find: FindCallee): SignatureExtras {
  return { ...(link && { link: all(link, find) }), ...(linkError && { linkError: all(linkError, find) }) };
}
