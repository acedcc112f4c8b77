/** How somebody hears that a result has changed, whichever process changed it. @module */

import type { Watch } from "../../broker.ts";
import type { Bells } from "./bells.ts";
import type { Database } from "./database.ts";
import { numberOf, textOf } from "./rows.ts";
import { LISTENERS } from "./statements.ts";
import type { Turn } from "./turn.ts";
import type { Writer } from "./writer.ts";

/** What watching needs. */
export interface WatchingOptions {
  readonly database: Database;
  readonly writer: Writer;
  readonly bells: Bells;
  /** Has this process listen: called before anything is watched. */
  readonly listen: (turn: Turn) => void;
}

type Callback = (id: string) => void;

/** The watched results of this process. */
export class Watching {
  readonly #options: WatchingOptions;
  readonly #callbacks = new Map<string, Set<Callback>>();
  /** The last change of another process that was told of. */
  #told: number | undefined;

  constructor(options: WatchingOptions) {
    this.#options = options;
  }

  /** How many ids are watched. */
  get size(): number {
    return this.#callbacks.size;
  }

  /** Calls back whenever one of the ids may have changed, until closed. */
  async watch(ids: readonly string[], changed: Callback): Promise<Watch> {
    // A function of its own for each watch: two watches may have the same callback.
    const callback = (id: string) => changed(id);
    const watched = [...new Set(ids)];
    for (const id of watched) this.#callbacks.set(id, (this.#callbacks.get(id) ?? new Set()).add(callback));
    const stop = () => this.#stop(watched, callback);
    try {
      await this.#options.writer.run((turn) => this.register(turn, watched));
    } catch (error) {
      stop();
      throw error;
    }
    return { close: () => this.#unregister(stop()) };
  }

  /** Writes down what this process watches; all of it when no ids are given. */
  register(turn: Turn, ids: Iterable<string> = this.#callbacks.keys()): void {
    const { bells, listen } = this.#options;
    listen(turn);
    const last = turn.get(LISTENERS.lastChange);
    this.#told ??= last ? numberOf(last, "value") : 0;
    for (const id of ids) turn.run(LISTENERS.watch, id, bells.own);
  }

  /** Calls back for ids that this process has changed. */
  tell(ids: Iterable<string>): void {
    if (this.#callbacks.size > 0) { for (const id of ids) this.#call(id); }
  }

  /** Calls back for every id: what happened meanwhile is not known. */
  tellAll(): void {
    this.tell([...this.#callbacks.keys()]);
  }

  /** Calls back for what other processes have changed. */
  tellChanged(): void {
    if (this.#callbacks.size === 0) return;
    const { database, bells } = this.#options;
    for (const row of database.all(LISTENERS.changes, bells.own, this.#told ?? 0)) {
      this.#told = numberOf(row, "change");
      this.#call(textOf(row, "id"));
    }
  }

  /** Ends all watches, without a word to the database. */
  clear(): void {
    this.#callbacks.clear();
  }

  /** Calls back when all that runs now has run, so that whoever changed a result is told first. */
  #call(id: string): void {
    for (const callback of this.#callbacks.get(id) ?? []) {
      queueMicrotask(() => {
        if (this.#callbacks.get(id)?.has(callback)) callback(id);
      });
    }
  }

  /** Takes a callback off; hands out the ids that nobody here watches any more. */
  #stop(ids: readonly string[], callback: Callback): readonly string[] {
    return ids.filter((id) => {
      const callbacks = this.#callbacks.get(id);
      if (!callbacks?.delete(callback) || callbacks.size > 0) return false;
      return this.#callbacks.delete(id);
    });
  }

  async #unregister(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { writer, bells } = this.#options;
    await writer.run((turn) => {
      for (const id of ids) if (!this.#callbacks.has(id)) turn.run(LISTENERS.unwatch, id, bells.own);
    });
  }
}
