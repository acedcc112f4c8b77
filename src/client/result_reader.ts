/** Reads and awaits results: by notification where the broker can push, else by polling with growing pauses. @module */
import type { Clock } from "../base/clock.ts";
import { deferred } from "../base/deferred.ts";
import { toMilliseconds } from "../base/duration.ts";
import type { Broker, StoredResult } from "../broker.ts";
import type { GetOptions } from "../canvas/handles.ts";
import type { Encoded } from "../protocol/encoded.ts";
import { decodeResult, type ResultRecord } from "../protocol/result.ts";
import type { ErrorRebuilder } from "./task_error.ts";

/** What turns stored values back into values. */
export interface ValueDecoder {
  decode(encoded: Encoded): unknown;
}

/** What a {@link ResultReader} works with. */
export interface ResultReaderParams {
  readonly broker: () => Promise<Broker>;
  readonly decoder: ValueDecoder;
  readonly errors: ErrorRebuilder;
  readonly clock: Clock;
}

/** What is known of a task. */
export type Known =
  | { readonly kind: "unknown" }
  | { readonly kind: "queued" }
  | { readonly kind: "note" | "final"; readonly record: ResultRecord };

/** Polling begins with this pause, in milliseconds, and grows by half each time. */
const FIRST_PAUSE = 20;

/** Polling never pauses longer. Over a metered HTTP broker a waiter costs at most a command every two seconds. */
const LONGEST_PAUSE = 2_000;

/** Even where the broker pushes, a waiter looks by itself now and then: a lost push must not mean waiting for ever. */
const SAFETY_PAUSE = 15_000;

/** Reads results from a broker. */
export class ResultReader {
  readonly #params: ResultReaderParams;

  constructor(params: ResultReaderParams) {
    this.#params = params;
  }

  /** The broker that results are read from. */
  broker(): Promise<Broker> {
    return this.#params.broker();
  }

  /** What is known of tasks, in their order. */
  async look(ids: readonly string[]): Promise<Known[]> {
    const broker = await this.#params.broker();
    const stored = await broker.read(ids);
    return ids.map((id, index) => known(id, stored[index] ?? null));
  }

  /** The value of a record, decoded. */
  async value(record: ResultRecord): Promise<unknown> {
    return await this.#params.decoder.decode(record);
  }

  /** The error of a record that has one. */
  error(id: string, record: ResultRecord): Error | undefined {
    return record.failure === undefined ? undefined : this.#params.errors.rebuild(id, record.failure);
  }

  /**
   * Waits until all of these tasks have ended, telling of each as it does.
   *
   * @throws {DOMException} a `TimeoutError`, or the reason of the signal
   */
  async await(
    ids: readonly string[],
    options: GetOptions,
    ended: (id: string, record: ResultRecord) => void,
  ): Promise<void> {
    const waiter = new Waiter(await this.#params.broker(), this.#params.clock, ids, ended);
    await waiter.run(stopSignal(options));
  }
}

function known(id: string, stored: StoredResult | null): Known {
  if (stored === null) return { kind: "unknown" };
  return stored.kind === "queued" ? stored : { kind: stored.kind, record: decodeResult(id, stored.text) };
}

function stopSignal(options: GetOptions): AbortSignal | undefined {
  const { timeout, signal } = options;
  if (timeout === undefined) return signal;
  const timer = AbortSignal.timeout(toMilliseconds(timeout, "timeout"));
  return signal ? AbortSignal.any([signal, timer]) : timer;
}

/** One wait for a set of tasks. */
class Waiter {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #waiting: Set<string>;
  readonly #ended: (id: string, record: ResultRecord) => void;
  /** Ids that the broker has called back for and that were not read since. */
  #changed: Set<string>;
  #wake = deferred();

  constructor(
    broker: Broker,
    clock: Clock,
    ids: readonly string[],
    ended: (id: string, record: ResultRecord) => void,
  ) {
    this.#broker = broker;
    this.#clock = clock;
    this.#waiting = new Set(ids);
    this.#changed = new Set(ids);
    this.#ended = ended;
  }

  async run(stop: AbortSignal | undefined): Promise<void> {
    const aborted = () => this.#wake.resolve();
    stop?.addEventListener("abort", aborted, { once: true });
    try {
      if (!this.#broker.pushes) await this.#collect();
      await (this.#broker.pushes ? this.#watch(stop) : this.#poll(stop));
    } finally {
      stop?.removeEventListener("abort", aborted);
    }
  }

  async #poll(stop: AbortSignal | undefined): Promise<void> {
    for (let pause = FIRST_PAUSE; this.#waiting.size > 0; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      stop?.throwIfAborted();
      await this.#clock.sleep(pause, stop);
      stop?.throwIfAborted();
      this.#changed = new Set(this.#waiting);
      await this.#collect();
    }
  }

  async #watch(stop: AbortSignal | undefined): Promise<void> {
    const watch = await this.#broker.watch([...this.#waiting], (id) => {
      this.#changed.add(id);
      this.#wake.resolve();
    });
    try {
      await this.#collect();
      while (this.#waiting.size > 0) {
        stop?.throwIfAborted();
        await this.#nap(stop);
        await this.#collect();
      }
    } finally {
      await watch.close();
    }
  }

  /** Sleeps until the broker calls back, or the safety pause is over; then everything is looked at. */
  async #nap(stop: AbortSignal | undefined): Promise<void> {
    if (this.#changed.size === 0) {
      const over = new AbortController();
      const safety = this.#clock.sleep(SAFETY_PAUSE, over.signal).then(() => {
        if (!over.signal.aborted) this.#changed = new Set(this.#waiting);
      });
      await Promise.race([this.#wake.promise, safety]);
      over.abort();
    }
    this.#wake = deferred();
    stop?.throwIfAborted();
  }

  async #collect(): Promise<void> {
    const ids = [...this.#changed].filter((id) => this.#waiting.has(id));
    this.#changed.clear();
    if (ids.length === 0) return;
    const stored = await this.#broker.read(ids);
    for (const [index, id] of ids.entries()) {
      const found = stored[index];
      if (found?.kind !== "final" || !this.#waiting.delete(id)) continue;
      this.#ended(id, decodeResult(id, found.text));
    }
  }
}
