/** What wakes the waiting workers of a memory broker. @module */

import { deferred } from "../../base/deferred.ts";

/** Rings for everybody who listens. */
export class Doorbell {
  #ring = deferred();

  /** The next ring: take it before looking for letters, so that a ring in between is not missed. */
  next(): Promise<void> {
    return this.#ring.promise;
  }

  /** Wakes everybody who waits for the next ring. */
  ring(): void {
    this.#ring.resolve();
    this.#ring = deferred();
  }
}
