/** The parts that a signature is put together of. @module */
import type { SignatureTree } from "../protocol/signature.ts";

/** The parts of a signature, those that begin first first; none of a task. */
export function partsOf(tree: SignatureTree): readonly SignatureTree[] {
  if (tree.kind === "chain") return tree.steps;
  if (tree.kind === "group") return tree.members;
  return tree.kind === "chord" ? [tree.header, tree.body] : [];
}
