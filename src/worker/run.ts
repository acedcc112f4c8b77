/** The record that the executor's steps work on: one delivery, from its text to its end. @module */
import type { Delivery, Moment } from "../broker.ts";
import type { Encoded } from "../protocol/encoded.ts";
import type { Message } from "../protocol/message.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import type { Wave } from "../protocol/wave.ts";
import { WorkerLost } from "../task/control.ts";
import type { RegisteredTask } from "../task/registry.ts";

/** How a run ended. A closed union: `outcome.ts` has what the broker is told of each. */
export type End =
  | { readonly kind: "succeeded"; readonly value: Encoded }
  | { readonly kind: "failed"; readonly error: unknown }
  /** Failed, and the message is kept among the dead letters. */
  | { readonly kind: "buried"; readonly error: unknown; readonly reason: string }
  | { readonly kind: "retried"; readonly error: unknown; readonly due: Moment }
  | { readonly kind: "ignored" }
  /** A workflow takes its place, under its id. */
  | { readonly kind: "replaced"; readonly tree: SignatureTree }
  /** A relay of a failure, on its way to the tasks that it names. */
  | { readonly kind: "passed"; readonly wave: Wave }
  | { readonly kind: "revoked"; readonly why: "revoked" | "expired" | "purged" }
  /** Given back unburned: the worker stops, or no longer owns it. */
  | { readonly kind: "released" };

/** The end of a task that had begun and must not run twice. It is kept: whether to do it again is for people to say. */
export function lostEnd(): End {
  const error = new WorkerLost(
    "The worker was lost or stopped while the task ran, and a task with early ack runs once",
  );
  return { kind: "buried", error, reason: "worker lost" };
}

/** One delivery on its way through the executor. A step that sets `end` ends the run. */
export class Run {
  readonly delivery: Delivery;
  /** Made when it is first asked for: most handlers never look at their signal. */
  #controller: AbortController | undefined;
  readonly started: number;
  message: Message | undefined;
  task: RegisteredTask | undefined;
  /** The arguments, parsed. */
  values: readonly unknown[] = [];
  /** What the handler gave. */
  returned: unknown;
  end: End | undefined;
  /** The broker knows that it has begun, and will never hand it out to run again: at most once. */
  begun = false;
  /** Tasks it has sent, in order. */
  readonly children: string[] = [];
  /** Signatures that it wants to add to the chord it is a member of. */
  readonly added: SignatureTree[] = [];

  constructor(delivery: Delivery, started: number) {
    this.delivery = delivery;
    this.started = started;
  }

  /** Aborts when the task should stop. */
  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  /** Why the task should stop, once it should. */
  get stopReason(): unknown {
    return this.#controller?.signal.aborted ? this.#controller.signal.reason : undefined;
  }

  /** Tells the task to stop. */
  abort(reason: Error): void {
    (this.#controller ??= new AbortController()).abort(reason);
  }

  get id(): string {
    return this.delivery.id;
  }

  /** How often it was retried before. */
  get attempt(): number {
    return this.message?.attempt ?? 0;
  }
}
