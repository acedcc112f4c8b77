/** Failures as they are passed on. @module */
import type { Failure } from "../protocol/failure.ts";
import type { Wave } from "../protocol/wave.ts";
import { ChordError } from "../task/control.ts";

/** The wave behind a gate: the body fails because a member of its header has, and it is told which. */
export function bodyWave({ from, failure, quiet }: Wave): Wave {
  // The body of a chord within a chord: the error tells of the task that failed first, not of each gate it came through.
  if (failure?.name === ChordError.name) return { state: "FAILURE", from, failure, body: true, quiet };
  const what = failure ? `failed: ${failure.name}: ${failure.message}` : "ended without a result";
  return {
    state: "FAILURE",
    from,
    failure: {
      name: ChordError.name,
      message: `A member of the chord, ${from.id} (${from.name}), ${what}`,
      ...(failure && { cause: failure }),
      fields: { taskId: from.id, taskName: from.name },
      task: from,
    },
    body: true,
    quiet,
  };
}

/** The failure that an errback of a task gets. */
export function failureFor({ failure }: Wave, task: { readonly id: string; readonly name: string }): Failure {
  return { name: "Error", message: "", ...failure, task };
}

/** A failure without stacks: they are kept where a waiter is likely, not with each step of a long chain. */
export function withoutStack(failure: Failure | undefined): Failure | undefined {
  if (failure === undefined) return undefined;
  const { stack: _, cause, ...rest } = failure;
  return { ...rest, ...(cause && { cause: withoutStack(cause) }) };
}
