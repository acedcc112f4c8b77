/** The producer: sends tasks by their contracts and awaits results, in as few bytes as an edge function may spend. @module */
import { systemClock } from "../base/clock.ts";
import type { LetterStore, ResultStore } from "../broker.ts";
import type { PendingResult } from "../canvas/handles.ts";
import { decodePlain, encodePlain } from "../codecs/plain_serializer.ts";
import type { Contract } from "../task/contract.ts";
import type { CallOptions } from "../task/options.ts";
import type { Calls } from "../task/task.ts";
import { callsOf } from "./calls.ts";
import { PendingTask } from "./pending_task.ts";
import { Publisher, type ValueEncoder } from "./publisher.ts";
import { RecordReader, type ValueDecoder } from "./record_reader.ts";
import { rebuildError } from "./task_error.ts";

/** As much of a broker as a producer needs. Every broker has it. */
export interface ProducerBroker extends Pick<LetterStore, "publish">, Pick<ResultStore, "read"> {
  close(): Promise<void>;
}

/** What a producer is made with. */
export interface ProducerOptions<Queue extends string = string> {
  /** Where tasks are sent. */
  readonly broker: ProducerBroker;
  /** The queue of tasks that name none. @default {"default"} */
  readonly queue?: NoInfer<Queue>;
  /** The queues there are. With them, sending to any other is an error, and does not compile. */
  readonly queues?: readonly Queue[];
  /**
   * Turns values into what travels, and back. By default only plain JSON travels; `createSerializer({ rich: msgpackCodec })`
   * makes one that also carries dates, maps, bytes and their like, at the cost of 15 KB.
   */
  readonly serializer?: ValueEncoder & ValueDecoder;
}

/**
 * Sends tasks by their contracts, and awaits their results by polling. It holds no connection, no timer and no promise,
 * and reads no variable: on an edge, make one for each request or one for all.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineTask, Producer } from "@umbel/umbel/producer";
 * import { memory } from "@umbel/umbel/memory";
 * import * as z from "zod/mini";
 *
 * const add = defineTask("math.add", { args: [z.number(), z.number()], returns: z.number() });
 *
 * const producer = new Producer({ broker: memory() });
 * const result = await producer.use(add).delay(4, 4);
 * assert.equal(await result.state(), "QUEUED");
 * ```
 */
export class Producer<Queue extends string = string> {
  readonly #broker: ProducerBroker;
  readonly #publisher: Publisher;
  readonly #reader: RecordReader;

  constructor({ broker, queue, queues, serializer = PLAIN }: ProducerOptions<Queue>) {
    this.#broker = broker;
    const opened = () => Promise.resolve(broker);
    this.#publisher = new Publisher({
      broker: opened,
      encoder: serializer,
      origin: () => undefined,
      defaults: () => ({ queue: queue ?? "default", queues }),
    });
    this.#reader = new RecordReader({
      broker: opened,
      decoder: serializer,
      errors: { rebuild: rebuildError },
      clock: systemClock,
    });
  }

  /** The verbs of a task by its contract: `delay`, `applyAsync`, `applyMany`. */
  use<Args extends readonly unknown[], Result>(
    contract: Contract<Args, Result>,
  ): Calls<Args, PendingResult<Result>, Queue> {
    return callsOf(contract.definition, this.#publisher, (id) => this.#pending<Result>(id, true));
  }

  /** Sends a task by its name, with no contract to check it by. */
  async send<T = unknown>(
    name: string,
    args: readonly unknown[] = [],
    options: CallOptions<Queue> & { readonly kwargs?: Readonly<Record<string, unknown>> } = {},
  ): Promise<PendingResult<T>> {
    const { kwargs, ...rest } = options;
    return this.#pending<T>(await this.#publisher.sendUnchecked(name, { args, kwargs }, rest), true);
  }

  /** The handle of a task that was sent before, by its id. */
  result<T = unknown>(id: string): PendingResult<T> {
    return this.#pending<T>(id, false);
  }

  #pending<T>(id: string, sent: boolean): PendingResult<T> {
    return new PendingTask<T>(id, this.#reader, sent);
  }

  /** Closes the broker. */
  async close(): Promise<void> {
    await this.#broker.close();
  }
}

const PLAIN: ValueEncoder & ValueDecoder = { encode: encodePlain, decode: decodePlain };
