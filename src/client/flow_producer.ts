/** The producer of workflows: sends what was put together of contracts, from where bytes are counted. @module */
import type { AsyncResult, GroupResult, PendingGroupResult, PendingResult } from "../canvas/handles.ts";
import { mergeOptions, toSignatureOptions } from "../canvas/options.ts";
import type { ResultShape } from "../canvas/plan.ts";
import type { Signature } from "../canvas/signature.ts";
import type { CallOptions } from "../task/options.ts";
import { FlowPublisher } from "./flow_publisher.ts";
import { PendingGroup } from "./pending_group.ts";
import { PendingTask } from "./pending_task.ts";
import { Producer, type ProducerOptions, publishingOf, readerOf } from "./producer.ts";
import type { RecordReader } from "./record_reader.ts";

/** What a producer gives for what an app gives a {@link AsyncResult} or a {@link GroupResult} for. */
export type PendingOf<Handle> = Handle extends GroupResult<infer T> ? PendingGroupResult<T>
  : Handle extends AsyncResult<infer T> ? PendingResult<T>
  : never;

/**
 * A {@link Producer} that also sends workflows. It takes signatures of contracts that the front door's `defineTask` makes.
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
  readonly #publisher: FlowPublisher;
  readonly #reader: RecordReader;

  constructor(options: ProducerOptions<Queue>) {
    super(options);
    this.#publisher = new FlowPublisher({ ...publishingOf(options), find: () => undefined });
    this.#reader = readerOf(options);
  }

  /** Sends a signature, in as few requests as its letters fit into. */
  async sendFlow<Handle>(
    { tree }: Signature<[], unknown, Handle>,
    options: CallOptions<Queue> = {},
  ): Promise<PendingOf<Handle>> {
    const merged = mergeOptions(tree.options, toSignatureOptions(options));
    const shape = await this.#publisher.send({ ...tree, options: merged });
    return this.#pending<PendingOf<Handle>>(shape);
  }

  #pending<Pending>(shape: ResultShape): Pending {
    return (shape.kind === "group"
      ? new PendingGroup(shape, this.#reader)
      : new PendingTask(shape.id, this.#reader, true)) as Pending;
  }
}
