/** Removes blobs that no task needs any more, now and then, while a worker runs. @module */
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import type { BlobStore } from "../blob_store.ts";
import type { Broker } from "../broker.ts";
import { BlobCollector } from "../inspect/blob_collector.ts";

/** What a {@link BlobSweeper} works with. */
export interface BlobSweeperParams {
  readonly broker: Broker;
  readonly blobs: () => Promise<BlobStore>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Blobs younger than this are left alone, and sweeps are about this far apart, in milliseconds. */
  readonly grace: number;
}

/** The blob that tells when somebody swept last, and who. */
const LAST = "sweeps/last";

/** How long a worker that wants to sweep waits for others that want to as well, in milliseconds. */
const CLAIM = 1_000;

/** Collects blobs about once in the time of grace, whatever the number of workers. */
export class BlobSweeper {
  readonly #params: BlobSweeperParams;
  readonly #stop: AbortController = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(params: BlobSweeperParams) {
    this.#params = params;
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { blobs, clock, grace, log } = this.#params;
    const { signal } = this.#stop;
    const store = await blobs().catch(() => undefined);
    while (store !== undefined && !signal.aborted) {
      // At another moment in each worker: mostly one sweeps, and the others see that somebody did.
      await clock.sleep(grace * (0.5 + Math.random()), signal);
      if (signal.aborted) return;
      try {
        await this.sweep();
      } catch (error) {
        log.warn("Blobs could not be collected; it is tried again later", { error });
      }
    }
  }

  /** Sweeps, unless somebody has of late. */
  async sweep(): Promise<void> {
    const { blobs, broker, clock, grace, log } = this.#params;
    const store = await blobs();
    const last = await store.head(LAST);
    if (last !== null && last.created > clock.now() - grace / 2) return;
    if (!await this.#claims(store)) return;
    const { removed, removedBytes } = await new BlobCollector({ store, broker, now: () => clock.now(), grace })
      .collect();
    if (removed > 0) log.info("Blobs were removed that no task needs any more", { removed, bytes: removedBytes });
  }

  /** Of workers that looked at once and saw that nobody had swept, the one whose claim was put last sweeps. */
  async #claims(store: BlobStore): Promise<boolean> {
    const { clock } = this.#params;
    const claim = newId();
    await store.put(LAST, new TextEncoder().encode(claim));
    await clock.sleep(CLAIM, this.#stop.signal);
    if (this.#stop.signal.aborted) return false;
    const standing = await store.get(LAST);
    return await new Response(standing?.body).text() === claim;
  }
}
