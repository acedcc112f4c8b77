/** What this process knows of a worker that it serves: its deliveries, its lease, and where it is parked. @module */
import type { WorkerRef } from "../../broker.ts";
import { Doorbell } from "./doorbell.ts";
import type { Listening } from "./transport.ts";

/** A delivery in a worker's hands, as far as this process knows. */
export interface Held {
  /** Its name, by which it stands in its worker's hands. */
  readonly field: string;
  readonly queue: string;
  readonly priority: number;
  /** Its number among those that were handed out. */
  readonly rank: number;
  /** An outcome of it is on its way. */
  ending: boolean;
}

/** A lease is renewed by a claim when less than this share of it is left, as far as is known. */
const FRESH = 3 / 4;

/** What is known of a worker in one partition. */
export class Seat {
  /** Whether there may be something to claim: it was woken for this partition, or its last claim left some. */
  hinted: boolean = false;
  /** Whether it listens to its channel. */
  listens: boolean = false;
  listening: Listening[] = [];
  /** The beginning of that, while it is under way. */
  starting: Promise<void> | undefined;
  /** A try to park it, while it is under way. */
  trying: Promise<boolean> | undefined;
  /** Not before then, where the partition could not be reached. */
  tryAt: number = -Infinity;
  /** The queues in which it is parked. */
  readonly parked: Set<string> = new Set();
  /** When the lease ends at the earliest, by this process's clock. */
  leaseEnds: number = -Infinity;
  /** When dead workers were looked for. */
  lookedAt: number = -Infinity;
  /** When the next letter becomes due, as far as is known. */
  dueAt: number = Infinity;
  /** When this worker looks at the leases, unless another has done so by then. */
  guardAt: number = Infinity;
  /** When this worker comes for delayed letters of a queue, unless the one that has them in mind has done so by then. */
  readonly backupAt: Map<string, number> = new Map();

  /** Whether a claim has to renew the lease. */
  needsLease(lease: number, now: number): boolean {
    return this.leaseEnds - now < lease * FRESH;
  }

  /** Whether it is time to look for dead workers: whenever the lease is renewed, for it may have been lost itself. */
  needsLook(lease: number, now: number): boolean {
    return this.needsLease(lease, now) || now - this.lookedAt >= lease * (1 - FRESH);
  }

  /** In how many of these queues it is parked. */
  parking(queues: readonly string[]): "parked" | "some" | "" {
    const count = queues.filter((queue) => this.parked.has(queue)).length;
    return count === 0 ? "" : count === queues.length ? "parked" : "some";
  }

  /** When there may be something to claim in these queues. */
  claimAt(queues: readonly string[]): number {
    return Math.min(this.dueAt, ...queues.map((queue) => this.backupAt.get(queue) ?? Infinity));
  }

  /** Forgets the times that have come. */
  passed(now: number): void {
    for (const [queue, time] of this.backupAt) if (time <= now) this.backupAt.delete(queue);
  }

  /** Forgets what the server may have forgotten, or may not have done. */
  doubt(): void {
    this.parked.clear();
    this.leaseEnds = this.lookedAt = -Infinity;
  }
}

/** One run of one worker. */
export class Session {
  /** What it is written down as among the workers. */
  readonly listed: string;
  readonly #channel: string;
  readonly bell: Doorbell = new Doorbell();
  /** The deliveries in its hands, by their ids. */
  readonly held: Map<string, Held> = new Map();
  #rank = 0;
  readonly seats: readonly Seat[];
  /** The worker has left. */
  left: boolean = false;
  /** Its last wait ended by itself. If there is something to claim now, nobody woke it for that. */
  overslept: boolean = false;
  /** Which queue is served first, counted on. */
  turn: number = 0;

  constructor(worker: WorkerRef, partitions: number) {
    if (worker.incarnation.includes("\n")) {
      throw new RangeError("Cannot serve a worker as its incarnation must be one line: it has a line end");
    }
    this.listed = `${worker.incarnation}\n${worker.name}`;
    this.#channel = `umbel:c:${crypto.randomUUID()}`;
    this.seats = Array.from({ length: partitions }, () => new Seat());
  }

  /** The channel by which a partition wakes it. */
  channelOf(partition: number): string {
    return this.seats.length === 1 ? this.#channel : `${this.#channel}.${partition}`;
  }

  /** Takes note of a delivery. */
  hold(id: string, field: string, queue: string, priority: number): void {
    this.held.set(id, { field, queue, priority, rank: this.#rank++, ending: false });
  }

  /** Forgets a delivery that has ended, unless the same letter has come again meanwhile. */
  letGo(id: string, held: Held | undefined): void {
    if (held && this.held.get(id) === held) this.held.delete(id);
  }

  /** The seat in a partition. */
  seat(partition: number): Seat {
    const seat = this.seats[partition];
    if (seat) return seat;
    throw new RangeError(`Cannot find a seat as the partition must exist: current value is ${partition}`);
  }

  /** Forgets what the server may have forgotten. */
  doubt(): void {
    for (const seat of this.seats) seat.doubt();
  }
}

/** Sessions of workers that were served lately. */
const MOST_SESSIONS = 1_000;

/** All sessions, by incarnation. */
export class Sessions {
  readonly #partitions: number;
  readonly #sessions = new Map<string, Session>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** All sessions. */
  all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** The session of a worker. */
  of(worker: WorkerRef): Session {
    const known = this.#sessions.get(worker.incarnation);
    if (known) return known;
    const session = new Session(worker, this.#partitions);
    this.#sessions.set(worker.incarnation, session);
    this.#trim();
    return session;
  }

  /** Forgets a worker that has left. */
  delete(worker: WorkerRef): void {
    this.#sessions.delete(worker.incarnation);
  }

  /** Forgets the oldest sessions that hold nothing and do not listen. */
  #trim(): void {
    if (this.#sessions.size <= MOST_SESSIONS) return;
    for (const [incarnation, session] of this.#sessions) {
      if (session.held.size > 0 || session.seats.some(({ listens }) => listens)) continue;
      this.#sessions.delete(incarnation);
      return;
    }
  }
}
