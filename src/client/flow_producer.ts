/** The producer of workflows: sends what was put together of contracts, from where bytes are counted. @module */
import { defaultsOf } from "../canvas/callee.ts";
import type { PendingResult } from "../canvas/handles.ts";
import { leafOf } from "../canvas/plan.ts";
import { type Signature, treeOf } from "../canvas/signature.ts";
import { LAUNCH } from "../protocol/built_in.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import { checkCalls } from "../task/check_calls.ts";
import type { CallOptions } from "../task/options.ts";
import { Producer } from "./producer.ts";

/**
 * A {@link Producer} that also sends workflows, of signatures that the front door's `defineTask` makes.
 *
 * A workflow is sent as one message, however many tasks it has, and a worker takes it apart. So it is one task to wait
 * for: what the workflow gives is its value, also the list of a group, and what breaks the workflow is its failure.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chain, defineTask } from "@umbel/umbel";
 * import { FlowProducer } from "@umbel/umbel/producer";
 * import { memory } from "@umbel/umbel/memory";
 * import * as z from "zod/mini";
 *
 * const add = defineTask("math.add", { args: [z.number(), z.number()], returns: z.number() });
 *
 * const producer = new FlowProducer({ broker: memory() });
 * const result = await producer.sendFlow(chain(add.s(4, 4), add.s(8)));
 * assert.equal(await result.ready(), false);
 * ```
 */
export class FlowProducer<Queue extends string = string> extends Producer<Queue> {
  /**
   * Sends a signature.
   *
   * @throws {ValidationError} when an argument of any of its calls does not fit; nothing is sent then
   */
  async sendFlow<Result>(
    signature: Signature<[], Result>,
    options: CallOptions<Queue> = {},
  ): Promise<PendingResult<Result>> {
    await checkCalls(treeOf(signature, 0), 0);
    return await launch(this, signature.set(options).toJSON());
  }
}

/** Sends what becomes the workflow, to where the workflow begins. Its id is that of the workflow's result. */
async function launch<Result>(producer: Producer, tree: SignatureTree): Promise<PendingResult<Result>> {
  const { id, idempotencyKey, ...options } = tree.options ?? {};
  const leaf = leafOf(tree);
  const { queue, priority } = { ...(leaf && defaultsOf(leaf)), ...leaf?.options, ...options };
  return await producer.send<Result>(LAUNCH, [{ ...tree, options }], { id, idempotencyKey, queue, priority });
}
