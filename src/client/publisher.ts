/** Sends calls: checks, encodes, composes and publishes them. @module */
import type { Broker, Effects, Letter } from "../broker.ts";
import type { AsyncResult } from "../canvas/handles.ts";
import type { Encoded } from "../protocol/encoded.ts";
import type { SerializationPolicy } from "../protocol/serialization_policy.ts";
import { encodeMessage, type Message } from "../protocol/message.ts";
import { type CallValues, checkCall, splitCall } from "../task/arguments.ts";
import type { TaskDefinition } from "../task/definition.ts";
import type { CallOptions, TaskOptions } from "../task/options.ts";
import { TaskResult } from "./async_result.ts";
import { type Call, type ComposeDefaults, composeMessage, idOf, type Origin, routeOf } from "./compose.ts";
import type { ResultReader } from "./result_reader.ts";

/** What turns values into what travels. */
export interface ValueEncoder {
  encode(value: unknown, options?: { readonly policy?: SerializationPolicy | undefined }): Encoded | Promise<Encoded>;
}

/** What a {@link Publisher} works with. */
export interface PublisherParams {
  readonly broker: () => Promise<Broker>;
  readonly encoder: ValueEncoder;
  readonly reader: ResultReader;
  readonly defaults: () => ComposeDefaults;
  /** The task that is running where a call is made, so that what it sends knows its parent. */
  readonly origin: () => Origin | undefined;
  /** The last hand a message goes through before it is published, such as one that seals it. */
  readonly seal?: ((message: Message) => Message | Promise<Message>) | undefined;
}

/** Letters that travel in one request; more are sent in several. */
const BATCH = 1_000;

/** Sends calls to a broker. */
export class Publisher {
  readonly #params: PublisherParams;

  constructor(params: PublisherParams) {
    this.#params = params;
  }

  /** Sends one call of a task whose contract is known. */
  async send<T>(
    definition: TaskDefinition,
    values: readonly unknown[],
    options: CallOptions = {},
  ): Promise<AsyncResult<T>> {
    const letter = await this.#letter(definition, splitCall(definition, values), options);
    return await this.#publishOne(letter);
  }

  /** Sends many calls, a thousand in each request. Nothing is sent when one of them does not fit. */
  async sendMany<T>(
    definition: TaskDefinition,
    calls: readonly (readonly unknown[])[],
    options: CallOptions = {},
  ): Promise<AsyncResult<T>[]> {
    if (calls.length > 1 && (options.id !== undefined || options.idempotencyKey !== undefined)) {
      throw new TypeError("Cannot send many calls as id and idempotencyKey must be left out: they stand for one call");
    }
    const letters = await Promise.all(
      calls.map((values) => this.#letter(definition, splitCall(definition, values), options)),
    );
    const broker = await this.#params.broker();
    for (let from = 0; from < letters.length; from += BATCH) {
      await broker.publish({ publish: letters.slice(from, from + BATCH) });
    }
    return letters.map(({ id }) => this.#sent<T>(id));
  }

  /** Sends a call of a task by its name, with no contract to check it by. */
  async sendUnchecked<T>(task: string, values: CallValues, options: CallOptions = {}): Promise<AsyncResult<T>> {
    return await this.#publishOne(await this.#compose(task, values, {}, options));
  }

  /** Publishes what was composed elsewhere, such as a workflow. */
  async publish(effects: Effects): Promise<void> {
    const broker = await this.#params.broker();
    await broker.publish(effects);
  }

  /** The handle of a task. */
  result<T>(id: string, sent = false): AsyncResult<T> {
    return new TaskResult<T>({ id, reader: this.#params.reader, sent });
  }

  async #letter(definition: TaskDefinition, values: CallValues, options: CallOptions): Promise<Letter> {
    await checkCall(definition, values);
    return await this.#compose(definition.name, values, definition.options, options);
  }

  async #compose(
    task: string,
    values: CallValues,
    taskOptions: TaskOptions,
    options: CallOptions,
  ): Promise<Letter> {
    const { encoder, origin, seal } = this.#params;
    const defaults = this.#params.defaults();
    const policy = options.serialization ?? taskOptions.serialization;
    const encoded = encoder.encode(values.kwargs === undefined ? { args: values.args } : values, { policy });
    const body = encoded instanceof Promise ? await encoded : encoded;
    const call: Call = { task, body, taskOptions, options, parent: origin() };
    const id = idOf(options);
    const route = routeOf(call, defaults);
    const message = composeMessage(id, call, defaults);
    return { id, ...route, text: encodeMessage(seal ? await seal(message) : message) };
  }

  async #publishOne<T>(letter: Letter): Promise<AsyncResult<T>> {
    const broker = await this.#params.broker();
    await broker.publish({ publish: [letter] });
    return this.#sent<T>(letter.id);
  }

  #sent<T>(id: string): AsyncResult<T> {
    this.#params.origin()?.sent(id);
    return this.result<T>(id, true);
  }
}
