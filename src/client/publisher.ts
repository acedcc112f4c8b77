/** Sends calls: checks, encodes, composes and publishes them. @module */
import { newId } from "../base/ids.ts";
import type { Effects, Letter, LetterStore } from "../broker.ts";
import { givenId } from "../canvas/fixed_id.ts";
import type { Encoded } from "../protocol/encoded.ts";
import type { SerializationPolicy } from "../protocol/serialization_policy.ts";
import { messageWriter } from "../protocol/message.ts";
import { type CallValues, checkCall, splitCall } from "../task/arguments.ts";
import type { TaskDefinition } from "../task/definition.ts";
import type { CallOptions } from "../task/options.ts";
import { batchesOf } from "./batches.ts";
import { type ComposeDefaults, type Framed, frameOf, momentsOf, type Origin, routeOf } from "./compose.ts";

/** What turns values into what travels. */
export interface ValueEncoder {
  encode(value: unknown, options?: ValueEncoding): Encoded | Promise<Encoded>;
}

/** How a value is turned into what travels. */
export interface ValueEncoding {
  /** What becomes of values that JSON cannot carry, where the encoder should not decide. */
  readonly policy?: SerializationPolicy | undefined;
  /** The task that it is for: what is kept elsewhere of it belongs to that task. */
  readonly owner?: string | undefined;
}

/** What a {@link Publisher} works with. */
export interface PublisherParams {
  readonly broker: () => Promise<Pick<LetterStore, "publish">>;
  readonly encoder: ValueEncoder;
  readonly defaults: () => ComposeDefaults;
  /** The task that is running where a call is made, so that what it sends knows its parent. */
  readonly origin: () => Origin | undefined;
}

/** Sends calls to a broker; each verb gives the ids of what it has sent. */
export class Publisher {
  readonly #params: PublisherParams;
  readonly #moulds: WeakMap<Named, Mould> = new WeakMap();

  constructor(params: PublisherParams) {
    this.#params = params;
  }

  /** Sends one call of a task whose contract is known. */
  async send(definition: TaskDefinition, values: readonly unknown[], options: CallOptions = PLAIN): Promise<string> {
    const mould = this.#mould(definition, options);
    const letter = await this.#checked(mould, definition, values);
    await this.publish({ publish: [letter] });
    return this.#sent(letter.id);
  }

  /** Sends many calls, a thousand in each request. Nothing is sent when one of them does not fit. */
  async sendMany(
    definition: TaskDefinition,
    calls: readonly (readonly unknown[])[],
    options: CallOptions = PLAIN,
  ): Promise<string[]> {
    if (calls.length > 1 && (options.id !== undefined || options.idempotencyKey !== undefined)) {
      throw new TypeError("Cannot send many calls as id and idempotencyKey must be left out");
    }
    const mould = this.#mould(definition, options);
    const letters: Letter[] = [];
    for (const values of calls) {
      const letter = this.#checked(mould, definition, values);
      letters.push(letter instanceof Promise ? await letter : letter);
    }
    for (const batch of batchesOf(letters)) await this.publish({ publish: batch });
    return letters.map(({ id }) => this.#sent(id));
  }

  /** Sends a call of a task by its name, with no contract to check it by. */
  async sendUnchecked(task: string, values: CallValues, options: CallOptions = PLAIN): Promise<string> {
    const letter = await this.#letter(this.#mould({ name: task, options: {} }, options), values);
    await this.publish({ publish: [letter] });
    return this.#sent(letter.id);
  }

  /** Publishes what was composed elsewhere, such as a workflow. */
  async publish(effects: Effects): Promise<void> {
    const broker = await this.#params.broker();
    await broker.publish(effects);
  }

  /** The mould of a call. Outside of any task, that of the last plain call of a task serves those with the same route. */
  #mould(definition: Named, options: CallOptions): Mould {
    const defaults = this.#params.defaults();
    const { name: task, options: taskOptions } = definition;
    const call = { task, taskOptions, options, parent: this.#params.origin() };
    // Options that say nothing but where a call goes.
    const plain = !call.parent && Object.keys(options).every((key) => key === "queue" || key === "priority");
    const { queue, priority } = routeOf(call, defaults);
    const known = plain && this.#moulds.get(definition);
    if (known && known.route.queue === queue && known.route.priority === priority) return known;
    const mould = mouldOf(call, defaults);
    if (plain) this.#moulds.set(definition, mould);
    return mould;
  }

  /** The letter of a call, once its arguments fit; a promise only where something has to wait. */
  #checked(mould: Mould, definition: TaskDefinition, values: readonly unknown[]): Letter | Promise<Letter> {
    const call = splitCall(definition, values);
    const checked = checkCall(definition, call);
    return checked instanceof Promise ? checked.then(() => this.#letter(mould, call)) : this.#letter(mould, call);
  }

  #letter({ policy, route, write, id = newId() }: Mould, values: CallValues): Letter | Promise<Letter> {
    const { encoder } = this.#params;
    const body = encoder.encode(values.kwargs === undefined ? { args: values.args } : values, { policy, owner: id });
    // Named one by one: to spread the route takes several times as long.
    const { queue, priority, due, expires } = route;
    const letter = (encoded: Encoded): Letter => ({ id, queue, priority, due, expires, text: write(encoded) });
    return body instanceof Promise ? body.then(letter) : letter(body);
  }

  #sent(id: string): string {
    this.#params.origin()?.sent(id);
    return id;
  }
}

/** The options of a call that names none. */
const PLAIN: CallOptions = {};

/** As much of a task's definition as its moulds are made of. */
type Named = Pick<TaskDefinition, "name" | "options">;

/** What all calls of one task with the same options have in common. */
interface Mould {
  readonly write: (body: Encoded) => string;
  readonly route: Omit<Letter, "id" | "text">;
  readonly policy: SerializationPolicy | undefined;
  /** The id that the options give, which then stands for one call. */
  readonly id: string | undefined;
}

function mouldOf(call: Framed, defaults: ComposeDefaults): Mould {
  const { options, taskOptions } = call;
  const route = { ...routeOf(call, defaults), ...momentsOf(call) };
  return {
    route,
    write: messageWriter(frameOf(call, defaults)),
    policy: options.serialization ?? taskOptions.serialization,
    id: givenId(options),
  };
}
