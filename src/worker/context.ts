/** Makes the context that a handler with `bind: true` gets. @module */
import type { Logger } from "../base/log.ts";
import type { Broker } from "../broker.ts";
import { type AnySignature, treeOf } from "../canvas/signature.ts";
import { placeInGroup } from "../protocol/message.ts";
import { encodeResult, FINAL_STATES } from "../protocol/result.ts";
import type { Serializer } from "../serializer.ts";
import type { TaskContext } from "../task/context.ts";
import { Replace, Retry } from "../task/control.ts";
import { retriesOf } from "./perform.ts";
import type { Run } from "./run.ts";

/** What a context works with. */
export interface ContextParams {
  readonly broker: Broker;
  readonly serializer: Serializer;
  readonly log: Logger;
  readonly worker: string;
}

/** The context of a run. */
export function contextOf(run: Run, params: ContextParams): TaskContext {
  const { message, delivery } = run;
  const task = message?.task ?? "";
  return {
    id: run.id,
    task,
    attempt: run.attempt,
    retries: retriesOf(run),
    deliveries: delivery.deliveries,
    queue: delivery.queue,
    worker: params.worker,
    root: message?.root ?? run.id,
    parent: message?.parent,
    group: message && placeInGroup(message),
    headers: message?.headers ?? {},
    signal: run.signal,
    log: params.log.with({ task, id: run.id }),
    progress: (value, state) => noteProgress(run, params, value, state),
    retry: (options) => {
      throw new Retry(options);
    },
    replace: (signature) => {
      treeOf(signature, 0);
      throw new Replace(signature);
    },
    addToChord: (...signatures) => addToChord(run, signatures),
  };
}

function addToChord(run: Run, signatures: readonly AnySignature[]): void {
  if (run.message?.gate === undefined) {
    throw new TypeError(`Cannot add to the chord of ${run.id} as the task must be a member of one: it is of none`);
  }
  run.added.push(...signatures.map(treeOf));
}

async function noteProgress(run: Run, params: ContextParams, value: unknown, state = "PROGRESS"): Promise<void> {
  if (FINAL_STATES.has(state)) {
    throw new RangeError(`Cannot show progress as state must not be a final one: current value is ${state}`);
  }
  const policy = run.task?.definition.options.serialization;
  const encoded = await params.serializer.encode(value, { root: "progress", policy, owner: run.id });
  const note = { state, ...encoded, task: run.message?.task, worker: params.worker, started: run.started };
  await params.broker.note([{ id: run.id, text: encodeResult(note) }]);
}
