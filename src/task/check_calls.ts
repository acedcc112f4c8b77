/** Checks the calls of a workflow before it is sent. @module */
import { type Callee, calleeOf, type CallValues, type FindCallee } from "../canvas/callee.ts";
import { MAP } from "../protocol/built_in.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import { checkGiven, splitCall } from "./arguments.ts";
import type { TaskCallee } from "./callee.ts";

/**
 * Checks the arguments of every call in a workflow whose contract is known here. The first `given` arguments of where it
 * begins come from a predecessor.
 *
 * @throws {ValidationError} when one does not fit
 */
export async function checkCalls(tree: SignatureTree, given: number, find?: FindCallee): Promise<void> {
  const waits: Promise<void>[] = [];
  const visit = (one: SignatureTree, given: number): void => {
    for (const callback of [...one.link ?? [], ...one.linkError ?? []]) visit(callback, 1);
    if (one.kind === "task") {
      const callee = calleeOf(one) ?? find?.(one.task);
      const wait = callee && checkCall(callee, { args: one.args ?? [], kwargs: one.kwargs }, one.immutable ? 0 : given);
      if (wait) waits.push(wait);
    } else if (one.kind === "chain") one.steps.forEach((step, index) => visit(step, index === 0 ? given : 1));
    else if (one.kind === "group") one.members.forEach((member) => visit(member, given));
    else {
      visit(one.header, given);
      visit(one.body, 1);
    }
  };
  visit(tree, given);
  if (waits.length > 0) await Promise.all(waits);
}

function checkCall(callee: Callee, values: CallValues, given: number): void | Promise<void> {
  if (!isTaskCallee(callee)) return;
  const { definition, each } = callee;
  if (each === undefined) return checkGiven(definition, values, given);
  const [items] = given === 0 ? values.args : [[]];
  if (!Array.isArray(items)) throw new TypeError(`Cannot send ${each} as its items must be an array`);
  const waits = items.flatMap((item: unknown) => {
    const args = each === MAP ? [item] : item;
    if (!Array.isArray(args)) throw new TypeError(`Cannot send ${each} as each of its items must be an array`);
    return checkGiven(definition, splitCall(definition, args), 0) ?? [];
  });
  if (waits.length > 0) return Promise.all(waits).then(() => {});
}

function isTaskCallee(callee: Callee): callee is TaskCallee {
  return "definition" in callee;
}
