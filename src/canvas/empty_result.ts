/** The result of a workflow without a single task: there is nothing to send, and it is there at once. @module */
import { newId } from "../base/ids.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import type { GroupResult } from "./handles.ts";
import { partsOf } from "./parts.ts";

/** Whether a workflow has no task at all. */
export function isEmpty(tree: SignatureTree): boolean {
  return tree.kind !== "task" && partsOf(tree).every(isEmpty);
}

/** The result of a workflow without a task. */
export function emptyResult<Handle>(tree: SignatureTree): Handle {
  return resultOf(valuesOf(tree)) as Handle;
}

/** Lists within lists, and nothing in them. */
type Lists = readonly Lists[];

function resultOf(values: Lists): GroupResult<unknown> {
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
    results: values.map(resultOf),
    ...{ ready: yes, waiting: no, successful: yes, failed: no, get, join: get, items, [Symbol.asyncIterator]: items },
    ...{ completedCount: async () => values.length, revoke: nothing, forget: nothing, save: nothing },
    graph: async () => ({ nodes: [], edges: [], mermaid: () => "flowchart LR", dot: () => "digraph workflow {}" }),
  };
}

/** What a workflow without a task gives: lists within lists. */
function valuesOf(tree: SignatureTree): Lists {
  const parts = partsOf(tree);
  if (tree.kind !== "group") return parts.slice(-1).flatMap(valuesOf);
  return parts.flatMap((member) => member.kind === "group" ? valuesOf(member) : [valuesOf(member)]);
}
