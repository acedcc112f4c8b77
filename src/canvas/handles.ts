/** What a sent task or workflow gives back: handles that wait for results, wherever they are kept. @module */
import type { Duration } from "../base/duration.ts";
import type { ResultRecord } from "../protocol/result.ts";

/** How to wait for a result. */
export interface GetOptions {
  /** How long to wait at most; then a `TimeoutError` is thrown and the task goes on. Without end by default. */
  readonly timeout?: Duration;
  /** Whether a failure of the task is thrown here. With `false`, `get` gives the error as a value instead. @default {true} */
  readonly propagate?: boolean;
  /** Stops the waiting, not the task. */
  readonly signal?: AbortSignal;
}

/**
 * The result of one task, to be looked at and awaited. It holds an id and asks the broker; making one costs nothing, and
 * nothing has to be closed.
 */
export interface PendingResult<T> {
  readonly id: string;
  /** What has become of the task: one of `TaskState`, or a state of the task's own. */
  state(): Promise<string>;
  /** Whether the task has ended, well or not. */
  ready(): Promise<boolean>;
  /** Whether it has ended well. */
  successful(): Promise<boolean>;
  /** Whether it has failed. A revoked task has not failed. */
  failed(): Promise<boolean>;
  /**
   * The value, once the task has ended.
   *
   * @throws {TaskError} the task's failure, rebuilt with its class name, message, stack, cause and fields
   * @throws {DOMException} a `TimeoutError` after `timeout`, the signal's reason when aborted
   */
  get(options?: GetOptions): Promise<T>;
  /** The value if it has ended well, else undefined, without waiting. */
  result(): Promise<T | undefined>;
  /** The error if it has failed or was revoked, else undefined, without waiting. */
  error(): Promise<Error | undefined>;
  /** The whole record: state, worker, times, retries, progress; undefined when nothing is known but that it waits. */
  info(): Promise<ResultRecord | undefined>;
  /** What the task last said of its progress, if it said anything. */
  progress(): Promise<unknown>;
}

/** The result of one task, with the tasks around it, and what ends it early. */
export interface AsyncResult<T> extends PendingResult<T> {
  /** The result of the task before it in its chain, where it was made by sending a chain. */
  readonly parent: AnyResult | undefined;
  /** The stack of its error, where it has failed. */
  traceback(): Promise<string | undefined>;
  /** The tasks that it set going. */
  children(): Promise<readonly AsyncResult<unknown>[]>;
  /** Marks the task so that it will not run; one that runs already is told by its signal. */
  revoke(): Promise<void>;
  /** Deletes the result now rather than after its retention. */
  forget(): Promise<void>;
  /** The whole workflow that the task belongs to, as far as it is known; the task alone where nothing is. */
  graph(): Promise<WorkflowGraph>;
}

/** One member of a group that has ended. */
export interface GroupItem<V> {
  /** Its place in the group. */
  readonly index: number;
  /** Its value; undefined when it has none, such as after a failure. */
  readonly value: V;
  /** Its failure, where it has one. Without `propagate: false` the failure is thrown instead. */
  readonly error?: Error | undefined;
}

/** The values of a group's members, as one of them. */
export type MemberOf<T> = T extends readonly (infer V)[] ? V : never;

/**
 * The results of a group, now or later, in the order in which its members were given. Iterating over it gives each member
 * as it ends.
 */
export interface GroupResult<T> extends AsyncIterable<GroupItem<MemberOf<T>>> {
  /** The id of the group. */
  readonly id: string;
  /** Whether all have ended, well or not. */
  ready(): Promise<boolean>;
  /** Whether any has not ended. */
  waiting(): Promise<boolean>;
  /** Whether all have ended well. */
  successful(): Promise<boolean>;
  /** Whether any has failed. */
  failed(): Promise<boolean>;
  /** How many have ended well. */
  completedCount(): Promise<number>;
  /**
   * All values, in order.
   *
   * @throws {TaskError} the first failure that comes, unless `propagate` is false: errors stand in the places then
   */
  get(options?: GetOptions): Promise<T>;
  /** The same as {@link GroupResult.get}, under its other name in Celery. */
  join(options?: GetOptions): Promise<T>;
  /** The result of what came before it, where it was made by sending a chain. */
  readonly parent: AnyResult | undefined;
  /** The results of its members; a member that ends in a group has a group of them. */
  readonly results: readonly AnyResult[];
  /** The members as they end. With `propagate: false`, failed ones too. */
  items(options?: GetOptions): AsyncIterableIterator<GroupItem<MemberOf<T>>>;
  /** Marks all that have not run so that they will not. */
  revoke(): Promise<void>;
  /** Deletes all results now. */
  forget(): Promise<void>;
  /** The whole workflow that the group belongs to, as far as it is known. */
  graph(): Promise<WorkflowGraph>;
  /** Writes down which results it has, so that `app.group(id)` finds it again. Kept as long as a result. */
  save(): Promise<void>;
}

/** A task in a graph. */
export interface GraphNode {
  readonly id: string;
  readonly task: string;
  /** What has become of it; UNKNOWN where nothing is known any more. */
  readonly state: string;
}

/** A way of a value or a failure from one task to another. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Its result; its share of the list that a chord's body gets; its failure; or a task that it sent itself. */
  readonly kind: "result" | "member" | "failure" | "sent";
}

/** The graph of a workflow, with what has become of its tasks. */
export interface WorkflowGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** The graph as a Mermaid flowchart. Many tasks of one name at the same place are drawn as one. */
  mermaid(): string;
  /** The graph in the language of Graphviz. */
  dot(): string;
}

/** A result of either kind. */
export type AnyResult = AsyncResult<unknown> | GroupResult<unknown>;
