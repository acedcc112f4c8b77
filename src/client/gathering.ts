/** Gives the members of a group as they end. @module */
import { deferred } from "../base/deferred.ts";
import type { GetOptions, GroupItem } from "../canvas/handles.ts";
import type { ResultShape } from "../canvas/plan.ts";
import type { ResultRecord } from "../protocol/result.ts";
import type { RecordReader } from "./record_reader.ts";
import { leavesOf, shapedValue } from "./shape.ts";

/** One iteration over the members of a group. */
export class Gathering<V> {
  readonly #members: readonly ResultShape[];
  readonly #reader: RecordReader;
  readonly #options: GetOptions;
  readonly #records: Map<string, ResultRecord> = new Map();
  /** Which members wait for a task, and for how many tasks each waits. */
  readonly #waiting: Map<string, number[]> = new Map();
  readonly #missing: number[];
  /** Members that have ended and were not given yet. */
  readonly #ended: number[] = [];
  readonly #stop: AbortController = new AbortController();
  #wake = deferred();
  #over = false;

  constructor(members: readonly ResultShape[], reader: RecordReader, options: GetOptions) {
    this.#members = members;
    this.#reader = reader;
    this.#options = options;
    this.#missing = members.map((member) => leavesOf(member).length);
    for (const [index, member] of members.entries()) {
      if (this.#missing[index] === 0) this.#ended.push(index);
      for (const id of leavesOf(member)) this.#waiting.set(id, [...this.#waiting.get(id) ?? [], index]);
    }
  }

  /** The members as they end. */
  async *items(): AsyncGenerator<GroupItem<V>, void, undefined> {
    let failed: unknown;
    const waiting = this.#wait().catch((error: unknown) => failed = error).finally(() => {
      this.#over = true;
      this.#wake.resolve();
    });
    try {
      while (true) {
        for (let next = this.#ended.shift(); next !== undefined; next = this.#ended.shift()) {
          yield await this.#item(next);
        }
        if (this.#over) break;
        await this.#wake.promise;
        this.#wake = deferred();
      }
      if (failed !== undefined) throw failed;
    } finally {
      this.#stop.abort();
      await waiting;
    }
  }

  async #wait(): Promise<void> {
    const { signal } = this.#options;
    const stop = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    const ids = [...this.#waiting.keys()];
    await this.#reader.await(ids, { ...this.#options, signal: stop }, (id, record) => this.#take(id, record));
  }

  #take(id: string, record: ResultRecord): void {
    this.#records.set(id, record);
    for (const index of this.#waiting.get(id) ?? []) {
      const left = (this.#missing[index] ?? 1) - 1;
      this.#missing[index] = left;
      if (left === 0) this.#ended.push(index);
    }
    this.#wake.resolve();
  }

  async #item(index: number): Promise<GroupItem<V>> {
    const member = this.#members[index];
    const error = member && this.#errorOf(member);
    if (error && (this.#options.propagate ?? true)) throw error;
    const value = member && await shapedValue(member, this.#records, this.#reader);
    return { index, value: (error ? undefined : value) as V, ...(error && { error }) };
  }

  #errorOf(member: ResultShape): Error | undefined {
    for (const id of leavesOf(member)) {
      const record = this.#records.get(id);
      const error = record && this.#reader.error(id, record);
      if (error) return error;
    }
    return undefined;
  }
}
