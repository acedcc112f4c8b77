/** The app: configuration, tasks and the client, in one thin façade. @module */
import { systemClock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { BlobStore } from "../blob_store.ts";
import type { Broker } from "../broker.ts";
import type { AnyResult, AsyncResult, GroupResult } from "../canvas/handles.ts";
import { type AnySignature, Signature } from "../canvas/signature.ts";
import { TaskResult } from "../client/async_result.ts";
import { callsOf } from "../client/calls.ts";
import { checkQueue, type Origin } from "../client/compose.ts";
import type { FlowPublisherParams } from "../client/flow_publisher.ts";
import { Publisher } from "../client/publisher.ts";
import { ResultReader } from "../client/result_reader.ts";
import { ErrorRebuilder } from "../client/error_rebuilder.ts";
import type { BlobReferences } from "../codecs/blob_references.ts";
import type { ClassCodec } from "../codecs/class_codec.ts";
import { msgpackCodec } from "../codecs/msgpack_codec.ts";
import type { SignatureLike } from "../protocol/signature.ts";
import { createSerializer, type Serializer } from "../serializer.ts";
import { checkOptions } from "../task/check_options.ts";
import type { Contract } from "../task/contract.ts";
import type { TaskContext } from "../task/context.ts";
import { type ContractSpec, definitionOf, type TaskDefinition } from "../task/definition.ts";
import type { CallOptions } from "../task/options.ts";
import { TaskRegistry } from "../task/registry.ts";
import { signaturesOf } from "../task/signatures.ts";
import type { ArgSchemas, CallArgs, HandlerArgs, ResultOf, Returned, Schema } from "../task/schema.ts";
import type { Called, Task, TaskCalls } from "../task/task.ts";
import { callableOf } from "./callable.ts";
import { Connections, type Places } from "./connections.ts";
import { Flows } from "./flows.ts";
import {
  checkConnections,
  checkSettings,
  type Env,
  hostEnv,
  type ResolvedSettings,
  resolveSettings,
  type Settings,
  settingsFromEnv,
  type UmbelConfig,
} from "./settings.ts";
import type { UmbelOptions } from "./umbel_options.ts";

export type { UmbelOptions } from "./umbel_options.ts";

/**
 * A task queue: the tasks, and how to reach those who run them.
 *
 * Making one connects to nothing: the broker is opened when something is first sent or read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Umbel } from "@umbel/umbel";
 * import { memory } from "@umbel/umbel/memory";
 * import * as z from "zod";
 *
 * const app = new Umbel("shop", { broker: memory() });
 * const add = app.task("math.add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
 *
 * assert.equal(add(2, 2), 4); // runs here
 * const result = await add.delay(4, 4); // runs in a worker
 * assert.equal(await result.ready(), false);
 * await app.close();
 * ```
 */
export class Umbel<Queue extends string = string> {
  readonly name: string;
  /** The tasks that this app can run. */
  readonly tasks: TaskRegistry = new TaskRegistry();
  /** The queues the app declares, where it does. */
  readonly queues: readonly Queue[] | undefined;
  /** What turns values into what travels, and back. */
  readonly serializer: Serializer;
  readonly log: Logger | undefined;
  /** Tells which task is running where a call is made; a worker sets it, so that what a task sends knows its parent. */
  origin: () => Origin | undefined = () => undefined;
  readonly #options: UmbelOptions<Queue>;
  /** Workflows, for whoever runs their tasks. */
  readonly flows: Flows;
  readonly #publisher: Publisher;
  readonly #reader: ResultReader;
  #fallback: Settings = {};
  #bindings: object | undefined;
  #env: Env | undefined;
  #settings: ResolvedSettings | undefined;
  readonly #connections: Connections;

  constructor(name: string, options: UmbelOptions<Queue> = {}) {
    const { broker, blobs, queues, errors, log, seal: _seal, ...settings } = options;
    checkConnections({ broker, blobs }, `app ${name}`);
    checkSettings(settings, `app ${name}`);
    for (const queue of queues ?? []) checkQueue(queue);
    this.name = name;
    this.queues = queues;
    this.log = log;
    this.serializer = createSerializer({
      rich: msgpackCodec,
      pack: () => import("../codecs/wasm/mod.ts").then(({ lz4 }) => lz4),
      policy: () => this.settings.serialization,
      references: () => this.#openReferences(),
    });
    this.#options = options;
    this.#connections = new Connections(options, {
      name,
      env: () => this.#environment,
      options: () => ({ resultRetention: this.settings.resultRetention }),
    });
    this.#reader = new ResultReader({
      broker: () => this.broker(),
      decoder: this.serializer,
      errors: new ErrorRebuilder(errors),
      clock: systemClock,
      release: (ids) => this.#connections.release(ids),
    });
    const params: Omit<FlowPublisherParams, "find"> = {
      broker: () => this.broker(),
      encoder: this.serializer,
      origin: () => this.origin(),
      defaults: () => ({ queue: this.settings.queue, queues: this.queues }),
    };
    this.#publisher = new Publisher(params);
    this.flows = new Flows(params, this.#reader, this.tasks);
  }

  /** The settings in force: from the code, the `UMBEL_*` variables, the configuration file, and the defaults. */
  get settings(): ResolvedSettings {
    return this.#settings ??= resolveSettings(...this.settingLayers());
  }

  /** The settings that were given, those that win first. */
  settingLayers(): readonly Settings[] {
    const { broker: _b, blobs: _s, queues: _q, errors: _e, log: _l, seal: _seal, ...own } = this.#options;
    return [own, settingsFromEnv(this.#environment), this.#fallback];
  }

  /** Sets what holds where neither the code nor a variable says otherwise: what stands in `umbel.config.ts`, or in another source. */
  configure(config: UmbelConfig, source: string = "umbel.config.ts"): void {
    const { broker, blobs, ...settings } = config;
    this.#fallback = checkSettings(settings, source);
    this.#connections.fallBack(checkConnections({ broker, blobs }, source));
    this.#settings = undefined;
  }

  /** Takes the broker of a URL instead of the one it was given, as long as none was opened. */
  reach(url: string): void {
    this.#connections.reach(url);
  }

  /**
   * Takes variables from elsewhere than the process, such as the bindings of an edge worker's request; those of the
   * process stay where there are none of the same name. It is only heard before the first call that needs the broker.
   */
  useEnv(bindings: object): void {
    if (this.#bindings === bindings) return;
    this.#bindings = bindings;
    const texts = Object.entries(bindings).filter(([, value]) => typeof value === "string");
    this.#env = { ...hostEnv(), ...Object.fromEntries(texts) };
    this.#settings = undefined;
  }

  /** The URL of the broker, where the app was not given one ready-made. */
  get brokerUrl(): string | undefined {
    return this.#connections.brokerUrl;
  }

  /** Where its things are kept, for people to read: without secrets, and without opening anything. */
  get places(): Places {
    return this.#connections.places;
  }

  get #environment(): Env {
    return this.#env ?? hostEnv();
  }

  /** The broker, opened at the first call. */
  broker(): Promise<Broker> {
    return this.#connections.broker();
  }

  /** Lets everything go over another broker, such as that of a test, until the returned function is called. */
  divert(broker: Broker): () => void {
    return this.#connections.divert(broker);
  }

  /**
   * The blob store, opened at the first call.
   *
   * @throws {TypeError} when the app was given none, and none goes with its broker
   */
  blobs(): Promise<BlobStore> {
    return this.#connections.blobs();
  }

  async #openReferences(): Promise<BlobReferences> {
    const [store, { BlobReferences }] = [await this.blobs(), await import("../codecs/blob_references.ts")];
    return new BlobReferences({ store, rich: msgpackCodec });
  }

  /**
   * Defines a task whose handler gets its context first, because of `bind: true`.
   *
   * @see the other form
   */
  task<
    const A extends ArgSchemas = [],
    X extends Schema = never,
    K extends Schema = never,
    R extends Schema = never,
    Out extends Returned<R> = Returned<R>,
  >(
    name: string,
    spec: ContractSpec<A, X, K, R, Queue> & { readonly bind: true },
    handler: (context: TaskContext<ResultOf<R, unknown>>, ...args: HandlerArgs<A, X, K>) => Out,
  ): TaskCalls<CallArgs<A, X, K>, ResultOf<R, Out>, Queue>;
  /**
   * Defines a task: a name, a contract, and the code that a worker runs.
   *
   * The client checks arguments by the contract before it sends them; the worker parses them, so the handler gets what
   * the schemas give (defaults filled in, transforms done), and checks the result.
   *
   * @throws {TypeError} when another task has this name, or the contract is none
   */
  task<
    const A extends ArgSchemas = [],
    X extends Schema = never,
    K extends Schema = never,
    R extends Schema = never,
    Out extends Returned<R> = Returned<R>,
  >(
    name: string,
    spec: ContractSpec<A, X, K, R, Queue> & { readonly bind?: false },
    handler: (...args: HandlerArgs<A, X, K>) => Out,
  ): Task<CallArgs<A, X, K>, ResultOf<R, Out>, Called<Out, ResultOf<R, Out>>, Queue>;
  task(
    name: string,
    spec: ContractSpec & { readonly bind?: boolean },
    handler: (...args: never) => unknown,
  ): object {
    const definition = definitionOf(name, spec, spec.bind ?? false);
    const run = (values: readonly unknown[]) => Reflect.apply(handler, undefined, values);
    const calls = this.#callsOf<readonly unknown[], unknown>(definition);
    this.tasks.add({ definition, run });
    return definition.bind ? calls : callableOf(calls, run);
  }

  /**
   * Gives a contract its code, in the worker.
   *
   * @throws {TypeError} when the app has a task of this name already
   */
  implement<Args extends readonly unknown[], Result, Handled extends readonly unknown[], Return, Out extends Return>(
    contract: Contract<Args, Result, Handled, Return>,
    handler: (...args: [...Handled]) => Out,
  ): Task<Args, Result, Called<Out, Result>, Queue> {
    const { definition } = contract;
    const run = (values: readonly unknown[]) => Reflect.apply(handler, undefined, [...values]);
    const calls = this.#callsOf<Args, Result>(definition);
    this.tasks.add({ definition, run });
    return callableOf(calls, run);
  }

  /** Binds a contract to this app, for a caller that has no handler: what comes back has `delay` and `applyAsync`. */
  use<Args extends readonly unknown[], Result>(contract: Contract<Args, Result>): TaskCalls<Args, Result, Queue>;
  /** Binds a signature to this app: one of contracts alone, or one of another app. */
  use<S extends AnySignature>(signature: S): S;
  use(callable: Contract | AnySignature): object {
    return callable instanceof Signature
      ? callable.bind(this.flows)
      : this.#callsOf<readonly unknown[], unknown>(callable.definition);
  }

  #callsOf<Args extends readonly unknown[], Result>(definition: TaskDefinition): TaskCalls<Args, Result, Queue> {
    checkOptions(definition);
    const calls = callsOf<Args, AsyncResult<Result>, Queue>(
      definition,
      this.#publisher,
      (id) => this.#result(id, true),
    );
    return { ...calls, ...signaturesOf<Args, Result>(definition, this.flows) };
  }

  /**
   * Sends a task by its name, for one that this process does not know. Only the worker can check its arguments.
   * A task that is known here is checked by its contract.
   */
  async send(name: string, args?: readonly unknown[], options?: NamedCallOptions<Queue>): Promise<AsyncResult<unknown>>;
  /** Sends a signature, also one of contracts alone. */
  async send<Handle>(signature: Signature<[], unknown, Handle>, options?: CallOptions<Queue>): Promise<Handle>;
  async send(
    callable: string | Signature<[]>,
    given: readonly unknown[] | CallOptions<Queue> = [],
    options: NamedCallOptions<Queue> = {},
  ): Promise<unknown> {
    if (typeof callable === "string") return await this.#sendNamed(callable, isList(given) ? given : [], options);
    return await this.use(callable).applyAsync([], isList(given) ? {} : given);
  }

  async #sendNamed(
    name: string,
    args: readonly unknown[],
    { kwargs, ...options }: NamedCallOptions<Queue>,
  ): Promise<AsyncResult<unknown>> {
    const known = this.tasks.get(name);
    const id = known
      ? await this.#publisher.send(known.definition, kwargs ? [...args, kwargs] : args, options)
      : await this.#publisher.sendUnchecked(name, { args, kwargs }, options);
    return this.#result(id, true);
  }

  /**
   * A signature of its data, such as a task got as an argument. What the tasks of this app need is known; calls of others
   * can only be checked by the worker.
   *
   * @throws {TypeError} when the data is none
   */
  signature<Result = unknown>(data: SignatureLike): Signature<readonly unknown[], Result, AnyResult> {
    return this.flows.signature<Result>(data);
  }

  /**
   * Lets instances of a class travel in arguments and results. Register the same codec on both ends.
   *
   * @throws {TypeError} when another codec has its name
   * @example
   * ```ts
   * import { Umbel } from "@umbel/umbel";
   *
   * class Money {
   *   constructor(readonly cents: bigint) {}
   * }
   *
   * const app = new Umbel("shop");
   * app.codec({
   *   name: "Money",
   *   match: (value) => value instanceof Money,
   *   encode: (money) => money.cents,
   *   decode: (cents) => new Money(cents),
   * });
   * ```
   */
  codec<T, Data>(codec: ClassCodec<T, Data>): void {
    this.serializer.classes.add(codec);
  }

  /** The handle of a task that was sent before, by its id. */
  result<T = unknown>(id: string): AsyncResult<T> {
    return this.#result<T>(id, false);
  }

  /**
   * The results of a group that was saved before, by its id.
   *
   * @throws {UnknownTask} when no such group was saved, or it was too long ago
   */
  async group<T = unknown[]>(id: string): Promise<GroupResult<T>> {
    return await this.flows.group<T>(id);
  }

  #result<T>(id: string, sent: boolean): AsyncResult<T> {
    return new TaskResult<T>({ id, reader: this.#reader, sent });
  }

  /** Closes the broker and the blob store, as far as they were opened. */
  async close(): Promise<void> {
    await this.#connections.close();
  }
}

/** The options of a call by name: named arguments go with them. */
type NamedCallOptions<Queue extends string> = CallOptions<Queue> & {
  readonly kwargs?: Readonly<Record<string, unknown>>;
};

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
