/** The result of a workflow without a single task: there is nothing to send, and it is there at once. @module */
import { newId } from "../base/ids.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import type { GroupResult } from "./handles.ts";

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
  return resultOf(valuesOf(tree)) as Handle;
}

function resultOf(values: readonly unknown[]): GroupResult<unknown> {
  const yes = async () => true;
  const no = async () => false;
  const nothing = async () => {};
  const get = async () => values;
  const items = async function* () {
    for (const [index, value] of values.entries()) yield { index, value: value as never };
  };
  return {
    id: newId(),
    parent: undefined,
    results: values.map((inner) => resultOf(Array.isArray(inner) ? inner : [])),
    ...{ ready: yes, waiting: no, successful: yes, failed: no, get, join: get, items, [Symbol.asyncIterator]: items },
    ...{ completedCount: async () => values.length, revoke: nothing, forget: nothing, save: nothing },
    graph: async () => ({ nodes: [], edges: [], mermaid: () => "flowchart LR", dot: () => "digraph workflow {}" }),
  };
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
