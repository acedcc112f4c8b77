/** What goes wrong between a broker and what it keeps its letters in, as classes a caller can tell apart. @module */

/** What is known of what was asked: it took effect, it did not, or nobody can tell. */
export type KnownEffect = "done" | "not done" | "unknown";

/**
 * The broker could not be reached, or refused for now, until the time for trying was over. What `effect` says is known:
 * after `not done` a task was certainly not sent; after `unknown` it may have been, and sending it again with the same
 * id is safe.
 */
export class BrokerUnavailable extends Error {
  override readonly name: string = "BrokerUnavailable";
  readonly effect: KnownEffect;

  /** Takes what could not be done, why, in words without secrets, and what is known of its effect. */
  constructor(what: string, why: string, effect: KnownEffect, options?: ErrorOptions) {
    super(`Cannot ${what} as the broker must answer: current value is ${why} (the effect is ${effect})`, options);
    this.effect = effect;
  }
}

/** A queue holds as many letters as it may: nothing of the batch was taken. */
export class QueueFull extends Error {
  override readonly name: string = "QueueFull";
  readonly queue: string;

  /** Takes the queue's name and how many letters it may hold. */
  constructor(queue: string, limit: number) {
    super(
      `Cannot publish as the queue ${
        JSON.stringify(queue)
      } must have room: it holds as many as it may, ${limit} letters`,
    );
    this.queue = queue;
  }
}

/** The broker is not let in, or asked for what it may not do. Trying again does not help. */
export class BrokerRefused extends Error {
  override readonly name: string = "BrokerRefused";
}
