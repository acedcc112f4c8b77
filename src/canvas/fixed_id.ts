/** Ids that signatures were given before they are sent. @module */
import { idOfKey, isId, slotOf } from "../base/ids.ts";
import type { SignatureOptions, SignatureTree } from "../protocol/signature.ts";
import { partsOf } from "./parts.ts";

/** The id that options give: the one they name, or the one of their idempotency key. */
export function givenId({ id, idempotencyKey }: Pick<SignatureOptions, "id" | "idempotencyKey">): string | undefined {
  if (id !== undefined && idempotencyKey !== undefined) {
    throw new TypeError("Cannot send a task as id and idempotencyKey must not both be given: leave one out");
  }
  if (id === undefined) return idempotencyKey === undefined ? undefined : idOfKey(idempotencyKey);
  if (isId(id)) return id;
  throw new RangeError(
    "Cannot send a task as id must be a UUID in lower case: give any other text as idempotencyKey",
  );
}

/** The id that the result of a signature was given: its own, or that of its last step or body. */
export function fixedId(tree: SignatureTree): string | undefined {
  const own = tree.options && givenId(tree.options);
  if (own !== undefined) return own;
  const end = tree.kind === "group" ? undefined : partsOf(tree).at(-1);
  return end && fixedId(end);
}

/** The slot that a workflow must lie in, because something in it has an id already. */
export function fixedSlot(tree: SignatureTree): number | undefined {
  const id = fixedId(tree);
  if (id !== undefined) return slotOf(id);
  for (const part of [...partsOf(tree), ...tree.link ?? [], ...tree.linkError ?? []]) {
    const slot = fixedSlot(part);
    if (slot !== undefined) return slot;
  }
  return undefined;
}
