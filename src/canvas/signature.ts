/** The signature: a task call or a workflow as a value, to be put together, sent, or handed to another task. @module */
import { newId } from "../base/ids.ts";
import type { Failure } from "../protocol/failure.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import { applied } from "./apply.ts";
import { withDefaults } from "./callee.ts";
import type { Given, Left } from "./cut.ts";
import { emptyResult, isEmpty } from "./empty_result.ts";
import { type CallOptions, mergeOptions, toSignatureOptions } from "./options.ts";

/** Sends signatures: the app, seen from one. */
export interface Sender {
  /** Sends a workflow; what it gives has the shape of the workflow's end. */
  sendSignature<Handle>(tree: SignatureTree): Promise<Handle>;
}

/** What a signature says to the compiler alone. */
export interface SignatureTypes<Remaining extends readonly unknown[], Result, Handle> {
  readonly takes: (args: Remaining) => void;
  readonly gives: Result;
  readonly handle: Handle;
}

/**
 * A call of a task, or a workflow of many, that was not sent yet. It is a value: no verb changes it, each gives another.
 *
 * `Remaining` is what it still needs, in front of what it was given: a step of a chain needs one argument, its
 * predecessor's result. `Result` is what it gives in the end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chain, Umbel } from "@umbel/umbel";
 * import { memory } from "@umbel/umbel/memory";
 * import { Worker } from "@umbel/umbel/worker";
 * import * as z from "zod";
 *
 * const app = new Umbel("shop", { broker: memory(), logLevel: "silent" });
 * const add = app.task("math.add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
 * const worker = await Worker.start(app);
 *
 * const result = await chain(add.s(4, 4), add.s(8)).delay();
 * assert.equal(await result.get(), 16);
 * await worker.stop();
 * await app.close();
 * ```
 */
export class Signature<Remaining extends readonly unknown[] = never, Result = unknown, Handle = unknown> {
  /** Only for the compiler: never there when it runs. */
  declare readonly "~types"?: SignatureTypes<Remaining, Result, Handle>;
  /** The signature as data. */
  readonly tree: SignatureTree;
  readonly #sender: Sender | undefined;

  constructor(tree: SignatureTree, sender?: Sender) {
    this.tree = tree;
    this.#sender = sender;
  }

  /** The id that its result will have, once it is frozen. */
  get id(): string | undefined {
    return this.tree.options?.id;
  }

  /** Whoever would send it: that of its app. */
  get sender(): Sender | undefined {
    return this.#sender;
  }

  /** Puts a step behind this one, as `a | b` does in Celery. It takes this one's result as its first argument. */
  pipe<R, H>(next: Signature<[Result], R, H>): Signature<Remaining, R, H> {
    return chainOf([this, next]);
  }

  /** Sends the result to this one too, once there is one. A group's callback gets the list, once. */
  link(callback: Signature<[Result]>): this {
    return this.#with({ ...this.tree, link: [...this.tree.link ?? [], treeOf(callback, "link")] });
  }

  /**
   * Sends the failure to this one, if it fails for good. In a chain any step's failure does, in a group each member's, in
   * a chord that of the body, which fails with its header.
   */
  linkError(errback: Signature<[Failure]>): this {
    return this.#with({ ...this.tree, linkError: [...this.tree.linkError ?? [], treeOf(errback, "linkError")] });
  }

  /** The same as {@link Signature.linkError}, under its other name in Celery. */
  onError(errback: Signature<[Failure]>): this {
    return this.linkError(errback);
  }

  /**
   * Options, over those it has. Of a workflow, `countdown` and `eta` count for where it begins, `id` and `idempotencyKey`
   * for its result, and all others for every task that does not say otherwise itself.
   */
  set(options: CallOptions): this {
    return this.#with({ ...this.tree, options: mergeOptions(this.tree.options, toSignatureOptions(options)) });
  }

  /** Gives more arguments: they are put before those it has; named ones are merged, the new ones win. */
  clone<const G extends Given<Remaining>>(...given: G): Signature<Left<Remaining, G>, Result, Handle> {
    return new Signature(applied(this.tree, given), this.#sender);
  }

  /** Gives it its id now, so that its result is known before it is sent. */
  freeze(): this & { readonly id: string } {
    return this.set({ id: this.id ?? newId() }) as this & { readonly id: string };
  }

  /** Sends it, with what it still needs. Resolves once the broker has all of it. */
  async delay(...args: Remaining): Promise<Handle> {
    const { tree } = this;
    if (this.#sender) return await this.#sender.sendSignature<Handle>(applied(tree, args));
    return isEmpty(tree) ? emptyResult<Handle>(tree) : refuseUnbound();
  }

  /** Sends it, with options over those it has. */
  async applyAsync(args: Remaining, options: CallOptions = {}): Promise<Handle> {
    return await this.set(options).delay(...args);
  }

  /** The same signature for an app that can send it. */
  bind(sender: Sender): this {
    return this.#with(this.tree, sender);
  }

  /** Its data, so that it can be an argument of a task; the receiver makes it whole with `app.signature`. */
  toJSON(): SignatureTree {
    return withDefaults(this.tree);
  }

  /** A signature of the same class and types. */
  #with(tree: SignatureTree, sender: Sender | undefined = this.#sender): this {
    return Reflect.construct(this.constructor, [tree, sender]);
  }
}

function refuseUnbound(): never {
  throw new TypeError(
    "Cannot send a signature of contracts alone as it must be bound to an app: use app.send(signature), or make it of app.use(contract)",
  );
}

/** Any signature. */
export type AnySignature = Signature<never>;

/**
 * The data of a signature.
 *
 * @param where where it stands in the workflow, for the error: its place, or its role
 * @throws {TypeError} when it is none, where the compiler was not asked
 */
export function treeOf(part: AnySignature, where: number | string): SignatureTree {
  // Not by its class: two copies of this package may be loaded, and one makes a chain of what the other made.
  if (part?.tree?.kind) return part.tree;
  throw new TypeError(
    `Cannot make a workflow as part ${where} must be a signature like task.s(): current value is ${typeof part}`,
  );
}

/** The chain of signatures whose types were checked. */
export function chainOf<Remaining extends readonly unknown[], Result, Handle>(
  steps: readonly AnySignature[],
): Signature<Remaining, Result, Handle> {
  // Not by flatMap, which takes ten times as long: a chain of a thousand steps was piped together by as many chains.
  const none: readonly SignatureTree[] = [];
  return new Signature({ kind: "chain", steps: none.concat(...steps.map(stepsOf)) }, senderOf(steps));
}

/** A signature as steps of a chain: a chain that says nothing of its own is spliced in. */
function stepsOf(step: AnySignature, index: number): readonly SignatureTree[] {
  const tree = treeOf(step, index);
  return tree.kind === "chain" && !tree.options && !tree.link && !tree.linkError ? tree.steps : [tree];
}

/** What a signature still needs. */
export type Takes<S> = S extends { readonly "~types"?: { takes: (args: infer A extends readonly unknown[]) => void } }
  ? A
  : never;

/** What a signature gives. */
export type Gives<S> = S extends { readonly "~types"?: { gives: infer R } } ? R : never;

/** What sending a signature gives. */
export type HandleOf<S> = S extends { readonly "~types"?: { handle: infer H } } ? H : never;

/**
 * Whoever sends a workflow of these parts.
 *
 * @throws {TypeError} when they are of two apps
 */
export function senderOf(parts: Iterable<AnySignature>): Sender | undefined {
  let found: Sender | undefined;
  for (const { sender } of parts) {
    if (sender === undefined || sender === found) continue;
    if (found) throw new TypeError("Cannot make a workflow as all of it must be of one app");
    found = sender;
  }
  return found;
}
