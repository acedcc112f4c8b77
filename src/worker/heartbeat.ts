/** Keeps a worker's lease alive while it holds deliveries, and hears what was revoked. @module */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Broker, WorkerRef } from "../broker.ts";

/** What a {@link HeartbeatService} works with. */
export interface HeartbeatParams {
  readonly broker: Broker;
  readonly worker: WorkerRef;
  readonly clock: Clock;
  readonly log: Logger;
  /** The ids that the worker holds. */
  readonly holding: () => readonly string[];
  readonly revoked: (id: string) => void;
  /** The lease of these, or of all, was lost, or will be before it can be renewed: others may run them. */
  readonly lost: (ids?: readonly string[]) => void;
}

/** Signs of life in a third of the lease: two may be lost before it ends. */
const BEATS_PER_LEASE = 3;

/**
 * A worker that could not renew its lease for this share of it lets go, before another can own its tasks. A broker may leave a
 * lease as it is when something is claimed, as long as three quarters of it are left.
 */
const GIVE_UP_AT = 0.7;

/** A claim that took longer than this share of the lease is followed by a sign of life at once. */
const SLOW = 0.2;

/** Renews the lease of a worker; says nothing while the worker holds nothing. */
export class HeartbeatService {
  readonly #params: HeartbeatParams;
  readonly #stop: AbortController = new AbortController();
  #renewed: number;
  /** Armed from the first try of a renewal until it succeeds. */
  #guard: AbortController | undefined;
  /** The same for each id that lies where the broker could not be reached, while the lease of the others was renewed. */
  readonly #missed: Map<string, AbortController> = new Map();
  #done: Promise<void> = Promise.resolve();

  constructor(params: HeartbeatParams) {
    this.#params = params;
    this.#renewed = params.clock.now();
  }

  start(): void {
    this.#done = this.#beat();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#holdNothing();
    await this.#done;
  }

  /** Something was claimed, by a call that was begun then: its lease may be as old. */
  claimed(since: number): void {
    const { clock, worker, holding } = this.#params;
    if (since >= this.#renewed) return;
    this.#renewed = since;
    if (clock.now() - since > worker.lease * SLOW) void this.#renew(holding());
  }

  /** The lease was renewed by a call that was begun then, or the worker holds nothing, which needs none. */
  #fresh(since: number): void {
    this.#renewed = since;
    this.#guard?.abort();
    this.#guard = undefined;
  }

  /** Nothing is held: no lease is needed. */
  #holdNothing(): void {
    this.#fresh(this.#params.clock.now());
    this.#reach(new Set());
  }

  async #beat(): Promise<void> {
    const { clock, worker, holding } = this.#params;
    const pause = worker.lease / BEATS_PER_LEASE;
    while (!this.#stop.signal.aborted) {
      const isLate = this.#guard !== undefined || this.#missed.size > 0;
      await clock.sleep(isLate ? pause / 5 : pause, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      const ids = holding();
      if (ids.length === 0) this.#holdNothing();
      else await this.#renew(ids);
    }
  }

  async #renew(ids: readonly string[]): Promise<void> {
    const { broker, worker, clock, log, revoked, lost } = this.#params;
    const since = clock.now();
    const before = this.#renewed;
    this.#guard ??= this.#giveUpLater(before, () => lost());
    try {
      const { lost: isLost, lostIds, missed = [], revoked: marked } = await broker.heartbeat(worker, ids);
      if (isLost) lost(lostIds);
      for (const id of marked) revoked(id);
      this.#fresh(since);
      this.#reach(new Set(missed));
      for (const id of missed) this.#miss(id, before);
    } catch (error) {
      log.warn("The lease could not be renewed; trying again", { error });
    }
  }

  /** All but these ids can be reached, or are no longer held. */
  #reach(missed: ReadonlySet<string>): void {
    for (const [id, guard] of this.#missed) {
      if (missed.has(id)) continue;
      guard.abort();
      this.#missed.delete(id);
    }
  }

  /** An id cannot be reached: it was renewed then, or was claimed since. */
  #miss(id: string, renewed: number): void {
    if (this.#missed.has(id)) return;
    this.#missed.set(id, this.#giveUpLater(renewed, () => this.#params.lost([id])));
  }

  /** Lets go in time even where the broker does not answer at all. */
  #giveUpLater(renewed: number, lost: () => void): AbortController {
    const { clock, worker, log } = this.#params;
    const guard = new AbortController();
    const left = renewed + worker.lease * GIVE_UP_AT - clock.now();
    void clock.sleep(left, guard.signal).then(() => {
      if (guard.signal.aborted) return;
      log.error("The lease could not be renewed in time; its tasks are told to stop", { lease: worker.lease });
      lost();
    });
    return guard;
  }
}
