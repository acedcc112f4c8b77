/** Changes the calls within a signature. @module */
import type { GroupTree, SignatureExtras, SignatureTree, TaskTree } from "../protocol/signature.ts";

type Change = (task: TaskTree) => TaskTree;

/** The signature with each of its calls changed, those of its callbacks too. */
export function mapTasks(tree: SignatureTree, change: Change): SignatureTree {
  switch (tree.kind) {
    case "task":
      return change({ ...tree, ...extras(tree, change) });
    case "chain":
      return { ...tree, ...extras(tree, change), steps: all(tree.steps, change) };
    case "group":
      return group(tree, change);
    case "chord":
      return {
        ...tree,
        ...extras(tree, change),
        header: group(tree.header, change),
        body: mapTasks(tree.body, change),
      };
  }
}

function group(tree: GroupTree, change: Change): GroupTree {
  return { ...tree, ...extras(tree, change), members: all(tree.members, change) };
}

function all(trees: readonly SignatureTree[], change: Change): SignatureTree[] {
  return trees.map((tree) => mapTasks(tree, change));
}

function extras({ link, linkError }: SignatureTree, change: Change): SignatureExtras {
  return { ...(link && { link: all(link, change) }), ...(linkError && { linkError: all(linkError, change) }) };
}
