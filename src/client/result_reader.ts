/** Reads and awaits results: by notification where the broker can push, else by polling. @module */
import type { Clock } from "../base/clock.ts";
import { deferred } from "../base/deferred.ts";
import type { Broker } from "../broker.ts";
import type { GetOptions } from "../canvas/handles.ts";
import { decodeResult } from "../protocol/result.ts";
import { type Ended, RecordReader, type RecordReaderParams, stopSignal } from "./record_reader.ts";

/** Even where the broker pushes, a waiter looks by itself now and then: a lost push must not mean waiting for ever. */
const SAFETY_PAUSE = 15_000;

/** What a {@link ResultReader} works with. */
export interface ResultReaderParams extends RecordReaderParams<Broker> {
  /** Removes what was kept elsewhere for tasks that are forgotten. */
  readonly release: (ids: readonly string[]) => Promise<void>;
}

/** Reads results from a broker that may push. */
export class ResultReader extends RecordReader<Broker> {
  readonly #clock: Clock;
  readonly #release: ResultReaderParams["release"];

  constructor(params: ResultReaderParams) {
    super(params);
    this.#clock = params.clock;
    this.#release = params.release;
  }

  /** Forgets results, and what was kept elsewhere for their tasks. */
  async forget(ids: readonly string[]): Promise<void> {
    const broker = await this.broker();
    await broker.forget(ids);
    await this.#release(ids);
  }

  /** {@inheritDoc RecordReader.await} */
  override async await(ids: readonly string[], options: GetOptions, ended: Ended): Promise<void> {
    const broker = await this.broker();
    if (!broker.pushes) return await super.await(ids, options, ended);
    await new Watcher(broker, this.#clock, ids, ended).run(stopSignal(options));
  }
}

/** One wait for a set of tasks, of whose changes the broker tells. */
class Watcher {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #waiting: Set<string>;
  readonly #ended: Ended;
  /** Ids that the broker has called back for and that were not read since. */
  #changed: Set<string>;
  #wake = deferred();

  constructor(broker: Broker, clock: Clock, ids: readonly string[], ended: Ended) {
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
      await this.#watch(stop);
    } finally {
      stop?.removeEventListener("abort", aborted);
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
      // Nobody has to wait for that.
      void watch.close().catch(() => {});
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
