/** The result of a workflow without a single task: there is nothing to send, and it is there at once. @module */
import { newId } from "../base/ids.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import type { AnyResult, GroupItem, GroupResult, MemberOf } from "./handles.ts";

/** Whether a workflow has no task at all. */
export function isEmpty(tree: SignatureTree): boolean {
  switch (tree.kind) {
    case "task":
      return false;
    case "chain":
      return tree.steps.every(isEmpty);
    case "group":
      return tree.members.every(isEmpty);
    case "chord":
      return isEmpty(tree.header) && isEmpty(tree.body);
  }
}

/** The result of a workflow without a task. */
export function emptyResult<Handle>(tree: SignatureTree): Handle {
  return new EmptyResult(valuesOf(tree)) as Handle;
}

/** What a workflow without a task gives: lists within lists. */
function valuesOf(tree: SignatureTree): unknown[] {
  switch (tree.kind) {
    case "task":
      return [];
    case "chain":
      return tree.steps.slice(-1).flatMap(valuesOf);
    case "group":
      return tree.members.flatMap((member) => member.kind === "group" ? valuesOf(member) : [valuesOf(member)]);
    case "chord":
      return valuesOf(tree.body);
  }
}

/** The result of a group in which there is no task. */
class EmptyResult<T> implements GroupResult<T> {
  readonly id: string = newId();
  readonly parent: undefined = undefined;
  readonly results: readonly AnyResult[];
  readonly #values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this.results = values.map((inner) => new EmptyResult(Array.isArray(inner) ? inner : []));
    this.#values = values;
  }

  async ready(): Promise<boolean> {
    return true;
  }

  async waiting(): Promise<boolean> {
    return false;
  }

  async successful(): Promise<boolean> {
    return true;
  }

  async failed(): Promise<boolean> {
    return false;
  }

  async completedCount(): Promise<number> {
    return this.#values.length;
  }

  async get(): Promise<T> {
    return this.#values as T;
  }

  join(): Promise<T> {
    return this.get();
  }

  async *items(): AsyncGenerator<GroupItem<MemberOf<T>>, void, undefined> {
    for (const [index, value] of this.#values.entries()) yield { index, value: value as MemberOf<T> };
  }

  [Symbol.asyncIterator](): AsyncGenerator<GroupItem<MemberOf<T>>, void, undefined> {
    return this.items();
  }

  async revoke(): Promise<void> {}

  async forget(): Promise<void> {}

  async save(): Promise<void> {
    throw new TypeError("Cannot save the results of a group as it must have a task: it is empty, and of no app");
  }
}
