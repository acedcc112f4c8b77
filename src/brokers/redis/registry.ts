/** The queues that this process has heard of, and which of them are not registered yet. @module */
import { register } from "./scripts.gen.ts";
import type { Shards } from "./shards.ts";

/**
 * Names of queues. One has to be registered to be listed by others; that costs a command, so it is done along the way:
 * with a publish that wakes nobody, by whoever serves the queue, or when the broker is closed.
 */
export class Registry {
  readonly #shards: Shards;
  readonly #unregistered = new Set<string>();
  readonly #registered = new Set<string>();

  constructor(shards: Shards) {
    this.#shards = shards;
  }

  /** All names. */
  get names(): readonly string[] {
    return [...this.#unregistered, ...this.#registered];
  }

  /** The names that are not registered yet. */
  get unregistered(): ReadonlySet<string> {
    return this.#unregistered;
  }

  /** Takes note of queues; gives those that are not registered yet. */
  note(queues: Iterable<string>): readonly string[] {
    const fresh: string[] = [];
    for (const queue of queues) {
      if (this.#registered.has(queue)) continue;
      this.#unregistered.add(queue);
      fresh.push(queue);
    }
    return fresh;
  }

  /** Takes note of a queue. */
  noteOne(queue: string): void {
    if (!this.#registered.has(queue)) this.#unregistered.add(queue);
  }

  /** These are registered now. */
  registered(queues: readonly string[]): void {
    for (const queue of queues) {
      this.#unregistered.delete(queue);
      this.#registered.add(queue);
    }
  }

  /** Registers all that are not. */
  async register(): Promise<void> {
    if (this.#unregistered.size === 0) return;
    const names = [...this.#unregistered];
    this.registered(names);
    try {
      await Promise.all(this.#shards.all.map((shard) => {
        return shard.run(register, [shard.keys.queues], names, { what: "register queues", repeatable: true });
      }));
    } catch (error) {
      for (const name of names) this.#registered.delete(name);
      this.note(names);
      throw error;
    }
  }
}
