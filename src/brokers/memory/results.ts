/** The results of the memory broker: notes and final results, for a time, and who watches them. @module */

import type { StoredResult } from "../../broker.ts";

/** What is kept of an id. */
interface ResultRecord {
  /** It is the final result; it stays as it is. */
  readonly over: boolean;
  /** A delivery of that id was ended: another letter of it would be a duplicate, whether it has a result or not. */
  readonly ended: boolean;
  /** The note, or the result; a delivery may have been ended without one. */
  readonly text?: string;
  /** When it is forgotten, since the Unix epoch. */
  readonly until: number;
}

/** Notes and results by id. */
export class Results {
  readonly #retention: number;
  /** The one that was written last stands last, so the first ones are the first to go. */
  readonly #records = new Map<string, ResultRecord>();
  readonly #watchers = new Map<string, Set<(id: string) => void>>();

  constructor(retention: number) {
    this.#retention = retention;
  }

  /** Whether a delivery of that id was ended. */
  knows(id: string, now: number): boolean {
    return this.#find(id, now)?.ended ?? false;
  }

  /** Whether there is a final result of that id. */
  isOver(id: string, now: number): boolean {
    return this.#find(id, now)?.over ?? false;
  }

  /** The note or result of an id. */
  read(id: string, now: number): StoredResult | null {
    const record = this.#find(id, now);
    if (record === undefined) return null;
    if (record.text === undefined) return { kind: "queued" };
    return { kind: record.over ? "final" : "note", text: record.text };
  }

  /** Writes a note, unless the task is over. */
  note(id: string, text: string, now: number): void {
    if (this.isOver(id, now)) return;
    this.#write(id, { over: false, ended: this.knows(id, now), text, until: now + this.#retention }, now);
  }

  /** Writes the final result of a task, unless there is one. Without a result, the id is only known from now on. */
  finish(id: string, result: string | undefined, now: number): void {
    if (this.isOver(id, now)) return;
    const text = result ?? this.#find(id, now)?.text;
    this.#write(id, { over: result !== undefined, ended: true, text, until: now + this.#retention }, now);
  }

  /** Forgets what is known of an id. */
  forget(id: string): void {
    this.#records.delete(id);
    this.#tell(id);
  }

  /** Calls back when an id changes, until the returned function is called. */
  watch(ids: readonly string[], changed: (id: string) => void): () => void {
    // A function of its own for each watch: two watches may have the same callback.
    const call = (id: string) => changed(id);
    for (const id of ids) this.#watchers.set(id, (this.#watchers.get(id) ?? new Set()).add(call));
    return () => ids.forEach((id) => this.#unwatch(id, call));
  }

  #unwatch(id: string, call: (id: string) => void): void {
    const calls = this.#watchers.get(id);
    calls?.delete(call);
    if (calls?.size === 0) this.#watchers.delete(id);
  }

  #find(id: string, now: number): ResultRecord | undefined {
    const record = this.#records.get(id);
    return record && record.until > now ? record : undefined;
  }

  #write(id: string, record: ResultRecord, now: number): void {
    for (const [old, { until }] of this.#records) {
      if (until > now) break;
      this.#records.delete(old);
    }
    this.#records.delete(id);
    this.#records.set(id, record);
    this.#tell(id);
  }

  /** Calls the watchers after the verb that changed something has done all it does. */
  #tell(id: string): void {
    for (const call of this.#watchers.get(id) ?? []) {
      queueMicrotask(() => {
        if (this.#watchers.get(id)?.has(call)) call(id);
      });
    }
  }
}
