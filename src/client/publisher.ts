/** Sends calls: checks, encodes, composes and publishes them. @module */
import { newId } from "../base/ids.ts";
import type { Effects, Letter, LetterStore } from "../broker.ts";
import { givenId } from "../canvas/fixed_id.ts";
import type { Encoded } from "../protocol/encoded.ts";
import type { SerializationPolicy } from "../protocol/serialization_policy.ts";
import { encodeMessage, type Message } from "../protocol/message.ts";
import { type CallValues, checkCall, splitCall } from "../task/arguments.ts";
import type { TaskDefinition } from "../task/definition.ts";
import type { CallOptions, TaskOptions } from "../task/options.ts";
import { batchesOf } from "./batches.ts";
import { type Call, type ComposeDefaults, composeMessage, momentsOf, type Origin, routeOf } from "./compose.ts";

/** What turns values into what travels. */
export interface ValueEncoder {
  encode(value: unknown, options?: { readonly policy?: SerializationPolicy | undefined }): Encoded | Promise<Encoded>;
}

/** What a {@link Publisher} works with. */
export interface PublisherParams {
  readonly broker: () => Promise<Pick<LetterStore, "publish">>;
  readonly encoder: ValueEncoder;
  readonly defaults: () => ComposeDefaults;
  /** The task that is running where a call is made, so that what it sends knows its parent. */
  readonly origin: () => Origin | undefined;
  /** The last hand a message goes through before it is published, such as one that seals it. */
  readonly seal?: ((message: Message) => Message | Promise<Message>) | undefined;
}

/** Sends calls to a broker; each verb gives the ids of what it has sent. */
export class Publisher {
  readonly #params: PublisherParams;

  constructor(params: PublisherParams) {
    this.#params = params;
  }

  /** Sends one call of a task whose contract is known. */
  async send(definition: TaskDefinition, values: readonly unknown[], options: CallOptions = {}): Promise<string> {
    return await this.#publishOne(await this.#letter(definition, splitCall(definition, values), options));
  }

  /** Sends many calls, a thousand in each request. Nothing is sent when one of them does not fit. */
  async sendMany(
    definition: TaskDefinition,
    calls: readonly (readonly unknown[])[],
    options: CallOptions = {},
  ): Promise<string[]> {
    if (calls.length > 1 && (options.id !== undefined || options.idempotencyKey !== undefined)) {
      throw new TypeError("Cannot send many calls as id and idempotencyKey must be left out: they stand for one call");
    }
    const letters = await Promise.all(
      calls.map((values) => this.#letter(definition, splitCall(definition, values), options)),
    );
    for (const batch of batchesOf(letters)) await this.publish({ publish: batch });
    return letters.map(({ id }) => this.#sent(id));
  }

  /** Sends a call of a task by its name, with no contract to check it by. */
  async sendUnchecked(task: string, values: CallValues, options: CallOptions = {}): Promise<string> {
    return await this.#publishOne(await this.#compose(task, values, {}, options));
  }

  /** Publishes what was composed elsewhere, such as a workflow. */
  async publish(effects: Effects): Promise<void> {
    const broker = await this.#params.broker();
    await broker.publish(effects);
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
    const id = givenId(options) ?? newId();
    const route = routeOf(call, defaults);
    const message = composeMessage(id, call, defaults);
    return { id, ...route, ...momentsOf(call), text: encodeMessage(seal ? await seal(message) : message) };
  }

  async #publishOne(letter: Letter): Promise<string> {
    await this.publish({ publish: [letter] });
    return this.#sent(letter.id);
  }

  #sent(id: string): string {
    this.#params.origin()?.sent(id);
    return id;
  }
}
