/** Gives a signature further arguments: they go to wherever it begins. @module */
import type { GroupTree, SignatureTree, TaskTree } from "../protocol/signature.ts";
import { calleeOf } from "./callee.ts";

/** The signature with arguments put before those it has; named ones are merged, and the new ones win. */
export function applied(tree: SignatureTree, values: readonly unknown[]): SignatureTree {
  if (values.length === 0) return tree;
  switch (tree.kind) {
    case "task":
      return tree.immutable ? tree : appliedTask(tree, values);
    case "chain":
      return { ...tree, steps: tree.steps.map((step, index) => index === 0 ? applied(step, values) : step) };
    case "group":
      return appliedGroup(tree, values);
    case "chord":
      return { ...tree, header: appliedGroup(tree.header, values) };
  }
}

function appliedGroup(tree: GroupTree, values: readonly unknown[]): GroupTree {
  return { ...tree, members: tree.members.map((member) => applied(member, values)) };
}

function appliedTask(tree: TaskTree, values: readonly unknown[]): TaskTree {
  const { args, kwargs } = calleeOf(tree)?.split(values) ?? { args: values };
  return {
    ...tree,
    args: [...args, ...tree.args ?? []],
    ...((kwargs ?? tree.kwargs) && { kwargs: { ...tree.kwargs, ...kwargs } }),
  };
}
