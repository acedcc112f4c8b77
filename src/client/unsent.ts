/**
 * What ends a workflow whose sender is lost before all of it has come in: a task that is due an hour later.
 *
 * It goes ahead together with a letter that marks the workflow and is held. The request that begins the workflow drops the
 * mark, and the task is withdrawn then; where it is not, it finds no mark and does nothing.
 *
 * @module
 */
import { deriver } from "../base/ids.ts";
import type { Effects } from "../broker.ts";
import type { Plan } from "../canvas/plan.ts";
import { UNSENT } from "../protocol/built_in.ts";
import { encodeMessage } from "../protocol/message.ts";
import type { Unsent } from "../task/built_in.ts";
import type { ValueEncoder } from "./publisher.ts";
import { relayIdOf } from "./flow_requests.ts";

/** How long a sender has before its workflow counts as lost, in milliseconds. */
export const UNSENT_AFTER = 3_600_000;

/** All ids that may be held of a workflow, its mark last. */
export function unsentIds({ mark, seed, tasks, ids, relays }: Unsent): string[] {
  const derive = deriver(seed);
  const list = Array.from({ length: tasks }, (_, place) => derive(String(place)));
  return [...list, ...ids, ...Array.from({ length: relays }, (_, index) => relayIdOf(seed, index)), mark];
}

/** What goes ahead of a workflow: the task that ends it if it stays unsent, and its mark. */
export interface Ahead {
  readonly effects: Required<Pick<Effects, "publish" | "hold">>;
  readonly id: string;
  readonly queue: string;
  readonly mark: string;
}

/** What goes ahead of a workflow of several requests, to the queue where it begins. */
export async function aheadOf(
  plan: Plan,
  relays: number,
  { queue, priority }: { readonly queue: string; readonly priority: number },
  encoder: ValueEncoder,
): Promise<Ahead> {
  const derive = deriver(plan.seed);
  const [id, mark] = [derive("unsent"), derive("mark")];
  const ids = plan.tasks.flatMap((task) => task.isDerived ? [] : [task.id]);
  const unsent: Unsent = { mark, seed: plan.seed, tasks: plan.tasks.length, ids, relays };
  const body = await encoder.encode({ args: [unsent] }, { owner: id });
  const text = encodeMessage({ v: 1, id, task: UNSENT, ignore: true, ...body });
  const marking = { id: mark, queue, priority, text: encodeMessage({ v: 1, id: mark, task: UNSENT, relay: true }) };
  return {
    effects: { publish: [{ id, queue, priority, due: { in: UNSENT_AFTER }, text }], hold: [marking] },
    ...{ id, queue, mark },
  };
}
