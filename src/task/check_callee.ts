/** Checks the calls of a workflow before it is sent. @module */
import type { Callee, CallValues } from "../canvas/callee.ts";
import { MAP } from "../protocol/built_in.ts";
import { checkGiven, splitCall } from "./arguments.ts";
import type { TaskCallee } from "./callee.ts";

/**
 * Checks the arguments of a call, where its contract is known. The first `given` ones come from a predecessor. A promise
 * only where a schema needs one.
 *
 * @throws {ValidationError} when one does not fit
 */
export function checkCallee(callee: Callee, values: CallValues, given: number): void | Promise<void> {
  if (!isTaskCallee(callee)) return;
  const { definition, each } = callee;
  if (each === undefined) return checkGiven(definition, values, given);
  if (given > 0) return;
  const [items] = values.args;
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
