/** Reads results, and awaits them by polling with growing pauses. @module */
import type { Clock } from "../base/clock.ts";
import { toMilliseconds } from "../base/duration.ts";
import type { ResultStore, StoredResult } from "../broker.ts";
import type { GetOptions } from "../canvas/handles.ts";
import type { Encoded } from "../protocol/encoded.ts";
import { decodeResult, type ResultRecord } from "../protocol/result.ts";
import type { Failure } from "../protocol/failure.ts";

/** What turns stored values back into values. */
export interface ValueDecoder {
  decode(encoded: Encoded): unknown;
}

/** As much of a broker as reading takes. */
export type RecordStore = Pick<ResultStore, "read">;

/** What a {@link RecordReader} works with. */
export interface RecordReaderParams<Store extends RecordStore = RecordStore> {
  readonly broker: () => Promise<Store>;
  readonly decoder: ValueDecoder;
  readonly errors: { rebuild(id: string, failure: Failure): Error };
  readonly clock: Clock;
}

/** What is known of a task. */
export type Known =
  | { readonly kind: "unknown" }
  | { readonly kind: "queued" }
  | { readonly kind: "note" | "final"; readonly record: ResultRecord };

/** Is told of a task that has ended. */
export type Ended = (id: string, record: ResultRecord) => void;

/** Polling begins with this pause, in milliseconds, and grows by half each time. */
const FIRST_PAUSE = 20;

/** Polling never pauses longer. Over a metered HTTP broker a waiter costs at most a command every two seconds. */
const LONGEST_PAUSE = 2_000;

/** Reads results from a broker. */
export class RecordReader<Store extends RecordStore = RecordStore> {
  readonly #params: RecordReaderParams<Store>;

  constructor(params: RecordReaderParams<Store>) {
    this.#params = params;
  }

  /** The broker that results are read from. */
  broker(): Promise<Store> {
    return this.#params.broker();
  }

  /** What is known of tasks, in their order. */
  async look(ids: readonly string[]): Promise<Known[]> {
    const broker = await this.broker();
    const stored = await broker.read(ids);
    return ids.map((id, index) => known(id, stored[index] ?? null));
  }

  /** The value of a record, decoded; a promise where that takes time. */
  value(record: ResultRecord): unknown {
    return this.#params.decoder.decode(record);
  }

  /** The error of a record that has one. */
  error(id: string, { failure }: ResultRecord): Error | undefined {
    return failure && this.#params.errors.rebuild(id, failure);
  }

  /**
   * Waits until all of these tasks have ended, telling of each as it does.
   *
   * @throws {DOMException} a `TimeoutError`, or the reason of the signal
   */
  async await(ids: readonly string[], options: GetOptions, ended: Ended): Promise<void> {
    const stop = stopSignal(options);
    const waiting = new Set(ids);
    for (let pause = FIRST_PAUSE;; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      const found = await this.look([...waiting]);
      for (const [index, id] of [...waiting].entries()) {
        const known = found[index];
        if (known?.kind === "final" && waiting.delete(id)) ended(id, known.record);
      }
      if (waiting.size === 0) return;
      stop?.throwIfAborted();
      await this.#params.clock.sleep(pause, stop);
      stop?.throwIfAborted();
    }
  }
}

function known(id: string, stored: StoredResult | null): Known {
  if (stored === null) return { kind: "unknown" };
  return stored.kind === "queued" ? stored : { kind: stored.kind, record: decodeResult(id, stored.text) };
}

/** The signal that ends a wait, where there is one. */
export function stopSignal(options: GetOptions): AbortSignal | undefined {
  const { timeout, signal } = options;
  if (timeout === undefined) return signal;
  const timer = AbortSignal.timeout(toMilliseconds(timeout, "timeout"));
  return signal ? AbortSignal.any([signal, timer]) : timer;
}
