/** The broker that keeps everything in memory: for tests and examples, and as the reference reading of the seam. @module */

import { type Clock, systemClock } from "../../base/clock.ts";
import {
  type Broker,
  type BrokerOptions,
  type BrokerPlace,
  type Claim,
  type ClaimRequest,
  type DeadLetter,
  type Effects,
  type Heartbeat,
  type Outcome,
  type PeekedLetter,
  type QueueInfo,
  RESULT_RETENTION,
  type Settlement,
  type StoredResult,
  type Watch,
  type Withdrawal,
  type WorkerInfo,
  type WorkerRef,
} from "../../broker.ts";
import {
  checkClaim,
  checkEffects,
  checkLimit,
  checkOutcomes,
  checkQueue,
  checkWithdrawals,
  checkWorker,
} from "../checks.ts";
import { claim } from "./claiming.ts";
import * as control from "./control.ts";
import { publish } from "./effects.ts";
import { MemoryStore } from "./memory_store.ts";
import { heartbeat, settle, withdraw } from "./settling.ts";
import { waitForLetters } from "./waiting.ts";

/** Options of a {@link MemoryBroker}. */
export interface MemoryBrokerOptions extends BrokerOptions {
  /** What the time is; a fake one lets a test decide when letters become due and leases end. @default {systemClock} */
  readonly clock?: Clock;
}

/** A broker in memory: its letters live as long as the process, and are seen by this process alone. */
export class MemoryBroker implements Broker {
  readonly description: string = "memory";
  readonly pushes: boolean = true;
  readonly place: BrokerPlace;
  readonly #store: MemoryStore;
  readonly #closed = new AbortController();
  readonly #watches = new Set<() => void>();

  constructor(
    { clock = systemClock, resultRetention = RESULT_RETENTION }: MemoryBrokerOptions = {},
    beside?: MemoryBroker,
  ) {
    this.#store = beside ? beside.#store : new MemoryStore(clock, resultRetention);
    this.place = { kind: "memory", within: this.#store };
  }

  /** Another broker over the same letters and results, as another process would open a database again. */
  reopen(): MemoryBroker {
    return new MemoryBroker({}, this);
  }

  /** {@inheritDoc LetterStore.publish} */
  async publish(effects: Effects): Promise<readonly ("created" | "duplicate")[]> {
    checkEffects(effects);
    return publish(this.#open(), effects, this.#now());
  }

  /** {@inheritDoc LetterStore.claim} */
  async claim(worker: WorkerRef, request: ClaimRequest): Promise<Claim> {
    checkClaim(worker, request);
    return claim(this.#open(), worker, request, this.#now());
  }

  /** {@inheritDoc LetterStore.settle} */
  async settle(worker: WorkerRef, outcomes: readonly Outcome[]): Promise<readonly Settlement[]> {
    checkOutcomes(outcomes);
    return settle(this.#open(), worker, outcomes, this.#now());
  }

  /** {@inheritDoc LetterStore.settleAndClaim} */
  async settleAndClaim(
    worker: WorkerRef,
    outcomes: readonly Outcome[],
    request: ClaimRequest,
  ): Promise<{ readonly settlements: readonly Settlement[]; readonly claim: Claim }> {
    checkOutcomes(outcomes);
    checkClaim(worker, request);
    const settlements = settle(this.#open(), worker, outcomes, this.#now());
    return { settlements, claim: claim(this.#store, worker, request, this.#now()) };
  }

  /** {@inheritDoc LetterStore.heartbeat} */
  async heartbeat(
    worker: WorkerRef,
    holding: readonly string[],
    options: { readonly exactly?: boolean } = {},
  ): Promise<Heartbeat> {
    checkWorker(worker);
    return heartbeat(this.#open(), worker, holding, options.exactly ?? false, this.#now());
  }

  /** {@inheritDoc LetterStore.wait} */
  async wait(worker: WorkerRef, queues: readonly string[], atMost: number, signal: AbortSignal): Promise<void> {
    checkClaim(worker, { queues, max: 1 });
    await waitForLetters(this.#open(), queues, atMost, AbortSignal.any([signal, this.#closed.signal]));
  }

  /** {@inheritDoc LetterStore.leave} */
  async leave(worker: WorkerRef): Promise<void> {
    const store = this.#open();
    store.giveBack(store.leases.end(worker.incarnation));
  }

  /** {@inheritDoc LetterStore.held} */
  async held(ids: readonly string[]): Promise<readonly (string | null)[]> {
    const { held } = this.#open();
    return ids.map((id) => held.get(id)?.text ?? null);
  }

  /** {@inheritDoc LetterStore.arrivals} */
  async arrivals(gate: string): Promise<readonly string[]> {
    return this.#open().gates.arrivals(gate);
  }

  /** {@inheritDoc ResultStore.read} */
  async read(ids: readonly string[]): Promise<readonly (StoredResult | null)[]> {
    const store = this.#open();
    const now = this.#now();
    return ids.map((id) => store.results.read(id, now) ?? (store.isLive(id) ? { kind: "queued" } : null));
  }

  /** {@inheritDoc ResultStore.note} */
  async note(notes: readonly { readonly id: string; readonly text: string }[]): Promise<void> {
    const { results } = this.#open();
    notes.forEach(({ id, text }) => results.note(id, text, this.#now()));
  }

  /** {@inheritDoc ResultStore.forget} */
  async forget(ids: readonly string[]): Promise<void> {
    const store = this.#open();
    ids.filter((id) => !store.isLive(id)).forEach((id) => store.results.forget(id));
  }

  /** {@inheritDoc ResultStore.watch} */
  async watch(ids: readonly string[], changed: (id: string) => void): Promise<Watch> {
    const stop = this.#open().results.watch(ids, changed);
    this.#watches.add(stop);
    return {
      close: async () => {
        this.#watches.delete(stop);
        stop();
      },
    };
  }

  /** {@inheritDoc QueueControl.queues} */
  async queues(): Promise<readonly QueueInfo[]> {
    return control.queues(this.#current());
  }

  /** {@inheritDoc QueueControl.peek} */
  async peek(queue: string, limit: number): Promise<readonly PeekedLetter[]> {
    checkLimit(limit, "peek at a queue");
    return control.peek(this.#current(), queue, limit);
  }

  /** {@inheritDoc QueueControl.withdraw} */
  async withdraw(queue: string, letters: readonly Withdrawal[]): Promise<readonly Settlement[]> {
    checkWithdrawals(letters);
    return withdraw(this.#current(), queue, letters, this.#now());
  }

  /** {@inheritDoc QueueControl.pause} */
  async pause(queue: string): Promise<void> {
    checkQueue(queue, "pause a queue");
    control.setPaused(this.#open(), queue, true);
  }

  /** {@inheritDoc QueueControl.resume} */
  async resume(queue: string): Promise<void> {
    checkQueue(queue, "resume a queue");
    control.setPaused(this.#open(), queue, false);
  }

  /** {@inheritDoc QueueControl.revoke} */
  async revoke(ids: readonly string[]): Promise<void> {
    control.revoke(this.#open(), ids);
  }

  /** {@inheritDoc QueueControl.dead} */
  async dead(queue: string, limit: number): Promise<readonly DeadLetter[]> {
    checkLimit(limit, "list dead letters");
    return control.dead(this.#open(), queue, limit);
  }

  /** {@inheritDoc QueueControl.revive} */
  async revive(queue: string, ids: readonly string[]): Promise<number> {
    return control.revive(this.#current(), queue, ids, this.#now());
  }

  /** {@inheritDoc QueueControl.discard} */
  async discard(queue: string, ids: readonly string[]): Promise<number> {
    return control.discard(this.#open(), queue, ids);
  }

  /** {@inheritDoc QueueControl.workers} */
  async workers(): Promise<readonly WorkerInfo[]> {
    return control.workers(this.#current(), this.#now());
  }

  /** Ends waits and watches of this broker. What it kept stays for those that were made by {@link reopen}. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#watches.forEach((stop) => stop());
    this.#watches.clear();
  }

  #now(): number {
    return this.#store.clock.now();
  }

  /** The store, as long as this broker is open. */
  #open(): MemoryStore {
    if (!this.#closed.signal.aborted) return this.#store;
    throw new Error("Cannot use the memory broker as it must be open: it was closed");
  }

  /** The store as it is at this moment: time has taken effect. */
  #current(): MemoryStore {
    const store = this.#open();
    store.passTime(this.#now());
    return store;
  }
}

/** A new broker in memory. */
export function memory(options: MemoryBrokerOptions = {}): MemoryBroker {
  return new MemoryBroker(options);
}
