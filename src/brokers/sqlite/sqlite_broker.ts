/** The embedded broker: durable, in one SQLite file that several processes of a machine share, without a server. @module */

import type {
  Broker,
  BrokerPlace,
  Claim,
  ClaimRequest,
  DeadLetter,
  Effects,
  Heartbeat,
  Outcome,
  PeekedLetter,
  QueueInfo,
  Settlement,
  StoredResult,
  Watch,
  Withdrawal,
  WorkerInfo,
  WorkerRef,
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
import { claim, claimNothing, heartbeat, leave, Rotation } from "./claims.ts";
import * as control from "./control.ts";
import type { Database } from "./database.ts";
import { arrivals } from "./gates.ts";
import { held, publish } from "./letters.ts";
import { completeOptions, type SqliteBrokerOptions } from "./options.ts";
import { settle, withdraw } from "./outcomes.ts";
import { forget, note, read } from "./results.ts";
import { CONTROL } from "./statements.ts";
import { Store } from "./store.ts";
import type { Turn } from "./turn.ts";

/** A broker in a SQLite file. The file is opened by the first verb. */
export class SqliteBroker implements Broker {
  readonly description: string;
  readonly pushes: boolean = true;
  readonly place: BrokerPlace;
  readonly #options: Required<SqliteBrokerOptions>;
  readonly #rotation = new Rotation();
  #store: Promise<Store> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SqliteBrokerOptions) {
    this.#options = completeOptions(options);
    const { path } = this.#options;
    this.description = `sqlite ${path}`;
    this.place = path === ":memory:" ? { kind: "memory", within: this } : { kind: "file", path };
  }

  /** {@inheritDoc LetterStore.publish} */
  async publish(effects: Effects): Promise<readonly ("created" | "duplicate")[]> {
    checkEffects(effects);
    return await this.#write((turn) => publish(turn, effects, this.#options.resultRetention));
  }

  /** {@inheritDoc LetterStore.claim} */
  async claim(worker: WorkerRef, request: ClaimRequest): Promise<Claim> {
    checkClaim(worker, request);
    const nothing = await this.#read((database, now) => claimNothing(database, request.queues, now));
    return nothing ?? await this.#write((turn) => claim(turn, worker, request, this.#rotation));
  }

  /** {@inheritDoc LetterStore.settle} */
  async settle(worker: WorkerRef, outcomes: readonly Outcome[]): Promise<readonly Settlement[]> {
    checkOutcomes(outcomes);
    return await this.#write((turn) => settle(turn, worker, outcomes, this.#options.resultRetention));
  }

  /** {@inheritDoc LetterStore.settleAndClaim} */
  async settleAndClaim(
    worker: WorkerRef,
    outcomes: readonly Outcome[],
    request: ClaimRequest,
  ): Promise<{ readonly settlements: readonly Settlement[]; readonly claim: Claim }> {
    checkOutcomes(outcomes);
    checkClaim(worker, request);
    return await this.#write((turn) => ({
      settlements: settle(turn, worker, outcomes, this.#options.resultRetention),
      claim: claim(turn, worker, request, this.#rotation),
    }));
  }

  /** {@inheritDoc LetterStore.heartbeat} */
  async heartbeat(
    worker: WorkerRef,
    holding: readonly string[],
    { exactly = false }: { readonly exactly?: boolean } = {},
  ): Promise<Heartbeat> {
    checkWorker(worker);
    return await this.#write((turn) => heartbeat(turn, worker, holding, exactly));
  }

  /** {@inheritDoc LetterStore.wait} */
  async wait(worker: WorkerRef, queues: readonly string[], atMost: number, signal: AbortSignal): Promise<void> {
    checkClaim(worker, { queues, max: 1 });
    const deadline = this.#options.clock.now() + atMost;
    const { waiting } = await this.#open();
    await waiting.wait(queues, deadline, signal);
  }

  /** {@inheritDoc LetterStore.leave} */
  async leave(worker: WorkerRef): Promise<void> {
    await this.#write((turn) => leave(turn, worker));
  }

  /** {@inheritDoc LetterStore.held} */
  async held(ids: readonly string[]): Promise<readonly (string | null)[]> {
    return await this.#read((database) => ids.map((id) => held(database, id)));
  }

  /** {@inheritDoc LetterStore.arrivals} */
  async arrivals(gate: string): Promise<readonly string[]> {
    return await this.#read((database) => arrivals(database, gate));
  }

  /** {@inheritDoc ResultStore.read} */
  async read(ids: readonly string[]): Promise<readonly (StoredResult | null)[]> {
    return await this.#read((database, now) => ids.map((id) => read(database, id, now)));
  }

  /** {@inheritDoc ResultStore.note} */
  async note(notes: readonly { readonly id: string; readonly text: string }[]): Promise<void> {
    const { resultRetention } = this.#options;
    await this.#write((turn) => notes.forEach(({ id, text }) => note(turn, id, text, resultRetention)));
  }

  /** {@inheritDoc ResultStore.forget} */
  async forget(ids: readonly string[]): Promise<void> {
    await this.#write((turn) => ids.forEach((id) => forget(turn, id)));
  }

  /** {@inheritDoc ResultStore.watch} */
  async watch(ids: readonly string[], changed: (id: string) => void): Promise<Watch> {
    const { watching } = await this.#open();
    return await watching.watch(ids, changed);
  }

  /** {@inheritDoc QueueControl.queues} */
  async queues(): Promise<readonly QueueInfo[]> {
    await this.#passTime();
    return await this.#read((database, now) => database.snapshot(() => control.queues(database, now)));
  }

  /** {@inheritDoc QueueControl.peek} */
  async peek(queue: string, limit: number): Promise<readonly PeekedLetter[]> {
    checkLimit(limit, "peek at a queue");
    await this.#passTime(queue);
    return await this.#read((database) => database.snapshot(() => control.peek(database, queue, limit)));
  }

  /** {@inheritDoc QueueControl.withdraw} */
  async withdraw(queue: string, letters: readonly Withdrawal[]): Promise<readonly Settlement[]> {
    checkWithdrawals(letters);
    const { resultRetention } = this.#options;
    return await this.#write((turn) => withdraw(turn, queue, letters, resultRetention));
  }

  /** {@inheritDoc QueueControl.pause} */
  async pause(queue: string): Promise<void> {
    checkQueue(queue, "pause a queue");
    await this.#write((turn) => turn.run(CONTROL.pause, queue));
  }

  /** {@inheritDoc QueueControl.resume} */
  async resume(queue: string): Promise<void> {
    checkQueue(queue, "resume a queue");
    await this.#write((turn) => control.resume(turn, queue));
  }

  /** {@inheritDoc QueueControl.revoke} */
  async revoke(ids: readonly string[]): Promise<void> {
    await this.#write((turn) => ids.forEach((id) => turn.run(CONTROL.revoke, id)));
  }

  /** {@inheritDoc QueueControl.dead} */
  async dead(queue: string, limit: number): Promise<readonly DeadLetter[]> {
    checkLimit(limit, "list dead letters");
    return await this.#read((database) => control.dead(database, queue, limit));
  }

  /** {@inheritDoc QueueControl.revive} */
  async revive(queue: string, ids: readonly string[]): Promise<number> {
    return await this.#write((turn) => control.revive(turn, queue, ids));
  }

  /** {@inheritDoc QueueControl.discard} */
  async discard(queue: string, ids: readonly string[]): Promise<number> {
    return await this.#write((turn) => control.discard(turn, queue, ids));
  }

  /** {@inheritDoc QueueControl.workers} */
  async workers(): Promise<readonly WorkerInfo[]> {
    return await this.#read(control.workers);
  }

  /** {@inheritDoc Broker.close} */
  async close(): Promise<void> {
    this.#closing ??= this.#letGo();
    await this.#closing;
  }

  async #letGo(): Promise<void> {
    const store = await this.#store?.catch(() => undefined);
    await store?.close();
  }

  /** Lets time take effect before somebody looks. Most often none has passed, and nothing is written. */
  async #passTime(queue?: string): Promise<void> {
    const isStale = await this.#read((database, now) => control.isStale(database, now, queue));
    if (isStale) await this.#write((turn) => control.passTime(turn, queue));
  }

  async #read<T>(verb: (database: Database, now: number) => T): Promise<T> {
    const store = await this.#open();
    return await store.read(verb);
  }

  async #write<T>(verb: (turn: Turn) => T): Promise<T> {
    const { writer } = await this.#open();
    return await writer.run(verb);
  }

  /** The store, as long as this broker is open. An opening that failed is tried again by the next verb. */
  async #open(): Promise<Store> {
    if (this.#closing) {
      throw new Error(`Cannot use the broker ${this.description} as it must be open: it was closed`);
    }
    this.#store ??= Store.open(this.#options);
    try {
      return await this.#store;
    } catch (error) {
      this.#store = undefined;
      throw error;
    }
  }
}
