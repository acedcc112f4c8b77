/** The leases of the memory broker: which worker holds which letters, and until when. @module */

import type { WorkerRef } from "../../broker.ts";
import type { MemoryLetter } from "./queues.ts";

/** What one worker holds. */
export interface Lease {
  readonly incarnation: string;
  name: string;
  /** When it ends without a sign of life, since the Unix epoch. */
  until: number;
  readonly letters: Set<MemoryLetter>;
}

/** All leases. One that holds nothing stays until it ends, so that a late heartbeat of its worker is not told of a loss. */
export class Leases {
  readonly #leases = new Map<string, Lease>();

  /** Every lease. */
  all(): readonly Lease[] {
    return [...this.#leases.values()];
  }

  /** The lease of a worker. */
  get(worker: WorkerRef): Lease | undefined {
    return this.#leases.get(worker.incarnation);
  }

  /** Gives a worker its lease, or renews it, and puts letters into its hands. */
  grant(worker: WorkerRef, letters: readonly MemoryLetter[], now: number): void {
    const lease = this.get(worker) ?? { incarnation: worker.incarnation, name: "", until: 0, letters: new Set() };
    this.#leases.set(worker.incarnation, lease);
    this.renew(lease, worker, now);
    for (const letter of letters) {
      letter.owner = worker.incarnation;
      lease.letters.add(letter);
    }
  }

  /** Renews a lease. */
  renew(lease: Lease, worker: WorkerRef, now: number): void {
    lease.name = worker.name;
    lease.until = now + worker.lease;
  }

  /** Takes a letter out of its owner's hands. */
  release(letter: MemoryLetter): void {
    if (letter.owner !== undefined) this.#leases.get(letter.owner)?.letters.delete(letter);
  }

  /** Ends a lease; what it held comes back. */
  end(incarnation: string): readonly MemoryLetter[] {
    const lease = this.#leases.get(incarnation);
    this.#leases.delete(incarnation);
    return lease ? [...lease.letters] : [];
  }

  /** Ends the leases that have run out; what they held comes back. */
  endExpired(now: number): readonly MemoryLetter[] {
    return this.all().filter((lease) => lease.until <= now).flatMap((lease) => this.end(lease.incarnation));
  }

  /** When the next lease that holds something ends. */
  nextEnd(): number | undefined {
    const times = this.all().filter((lease) => lease.letters.size > 0).map((lease) => lease.until);
    return times.length > 0 ? Math.min(...times) : undefined;
  }
}
