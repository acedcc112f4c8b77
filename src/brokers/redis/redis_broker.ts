/** The Redis broker: letters, leases, workflows and results in Redis, by scripts that each do one thing whole. @module */
import { Stop } from "../../base/stop.ts";
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
import { Attendance } from "./attendance.ts";
import { Control } from "./control.ts";
import { readArrivals, readHeld } from "./inputs.ts";
import { Publishing } from "./publishing.ts";
import { Reaping } from "./reaping.ts";
import { Registry } from "./registry.ts";
import { contextOf, type RedisBrokerOptions } from "./redis_options.ts";
import { Results } from "./results.ts";
import { Retention } from "./retention.ts";
import { revokeTasks } from "./revoking.ts";
import { Sessions } from "./session.ts";
import { Shards } from "./shards.ts";
import type { Transport } from "./transport.ts";
import { Turns } from "./turns.ts";
import { Waiting } from "./waiting.ts";
import { Watching } from "./watching.ts";
import { withdrawLetters } from "./withdrawing.ts";

/** Milliseconds that a closing broker gives its last call. */
const LAST_CALL = 1_000;

/** A broker in Redis. Made by `redis()` or `upstash()`. */
export class RedisBroker implements Broker {
  readonly description: string;
  readonly pushes: boolean;
  readonly place: BrokerPlace;
  readonly #transport: Transport;
  readonly #shards: Shards;
  readonly #retention: Retention;
  readonly #closed = new Stop();
  readonly #registry: Registry;
  readonly #publishing: Publishing;
  readonly #results: Results;
  readonly #watching: Watching;
  readonly #turns: Turns;
  readonly #attendance: Attendance;
  readonly #waiting: Waiting;
  readonly #control: Control;
  #closing: Promise<void> | undefined;

  constructor(transport: Transport, options: RedisBrokerOptions = {}) {
    const context = contextOf(transport, options, this.#closed);
    const shards = this.#shards = new Shards(context);
    const retention = this.#retention = new Retention(context.clock, context.retention);
    const sessions = new Sessions(context.partitions);
    this.#transport = transport;
    this.description = transport.description;
    this.place = { kind: "redis", namespace: context.namespace, runner: transport };
    this.pushes = transport.listen !== undefined;
    const registry = this.#registry = new Registry(shards);
    this.#publishing = new Publishing(context, shards, retention, registry);
    const reaping = new Reaping(sessions, () => registry.names);
    this.#results = new Results(shards, retention);
    this.#watching = new Watching(context, shards);
    const waiting = this.#waiting = new Waiting(context, shards, sessions);
    this.#turns = new Turns({ context, shards, sessions, retention, reaping, registry, waiting });
    this.#attendance = new Attendance(context, shards, sessions, reaping, this.#turns);
    this.#control = new Control(shards, retention, () => registry.names);
  }

  /** {@inheritDoc LetterStore.publish} */
  async publish(effects: Effects): Promise<readonly ("created" | "duplicate")[]> {
    this.#open("publish");
    checkEffects(effects);
    return await this.#publishing.publish(effects);
  }

  /** {@inheritDoc LetterStore.claim} */
  async claim(worker: WorkerRef, request: ClaimRequest): Promise<Claim> {
    this.#open("claim");
    checkClaim(worker, request);
    return (await this.#turns.take(worker, [], request)).claim;
  }

  /** {@inheritDoc LetterStore.settle} */
  async settle(worker: WorkerRef, outcomes: readonly Outcome[]): Promise<readonly Settlement[]> {
    this.#open("settle");
    checkOutcomes(outcomes);
    return (await this.#turns.take(worker, outcomes, undefined)).settlements;
  }

  /** {@inheritDoc LetterStore.settleAndClaim} */
  async settleAndClaim(
    worker: WorkerRef,
    outcomes: readonly Outcome[],
    request: ClaimRequest,
  ): Promise<{ readonly settlements: readonly Settlement[]; readonly claim: Claim }> {
    this.#open("settle and claim");
    checkOutcomes(outcomes);
    checkClaim(worker, request);
    return await this.#turns.take(worker, outcomes, request);
  }

  /** {@inheritDoc LetterStore.heartbeat} */
  async heartbeat(
    worker: WorkerRef,
    holding: readonly string[],
    options: { readonly exactly?: boolean } = {},
  ): Promise<Heartbeat> {
    this.#open("renew the lease");
    checkWorker(worker);
    return await this.#attendance.heartbeat(worker, holding, options.exactly ?? false);
  }

  /** {@inheritDoc LetterStore.wait} */
  async wait(worker: WorkerRef, queues: readonly string[], atMost: number, signal: AbortSignal): Promise<void> {
    this.#open("wait");
    checkClaim(worker, { queues, max: 1 });
    await this.#waiting.wait(worker, queues, atMost, signal);
  }

  /** {@inheritDoc LetterStore.leave} */
  async leave(worker: WorkerRef): Promise<void> {
    this.#open("leave");
    checkWorker(worker);
    await this.#waiting.forget(worker);
    await this.#attendance.leave(worker);
  }

  /** {@inheritDoc LetterStore.held} */
  async held(ids: readonly string[]): Promise<readonly (string | null)[]> {
    this.#open("read held letters");
    return await readHeld(this.#shards, ids);
  }

  /** {@inheritDoc LetterStore.arrivals} */
  async arrivals(gate: string): Promise<readonly string[]> {
    this.#open("read arrivals");
    return await readArrivals(this.#shards, gate);
  }

  /** {@inheritDoc ResultStore.read} */
  async read(ids: readonly string[]): Promise<readonly (StoredResult | null)[]> {
    this.#open("read results");
    return await this.#results.read(ids);
  }

  /** {@inheritDoc ResultStore.note} */
  async note(notes: readonly { readonly id: string; readonly text: string }[]): Promise<void> {
    this.#open("write a note");
    await this.#results.note(notes);
  }

  /** {@inheritDoc ResultStore.forget} */
  async forget(ids: readonly string[]): Promise<void> {
    this.#open("forget results");
    await this.#results.forget(ids);
  }

  /** {@inheritDoc ResultStore.watch} */
  async watch(ids: readonly string[], changed: (id: string) => void): Promise<Watch> {
    this.#open("watch results");
    return await this.#watching.watch(ids, changed);
  }

  /** {@inheritDoc QueueControl.queues} */
  async queues(): Promise<readonly QueueInfo[]> {
    this.#open("show queues");
    return await this.#control.queues();
  }

  /** {@inheritDoc QueueControl.peek} */
  async peek(queue: string, limit: number): Promise<readonly PeekedLetter[]> {
    this.#open("peek at a queue");
    checkLimit(limit, "peek at a queue");
    return await this.#control.peek(queue, limit);
  }

  /** {@inheritDoc QueueControl.withdraw} */
  async withdraw(queue: string, letters: readonly Withdrawal[]): Promise<readonly Settlement[]> {
    this.#open("withdraw letters");
    checkWithdrawals(letters);
    return await withdrawLetters(this.#shards, this.#retention, queue, letters);
  }

  /** {@inheritDoc QueueControl.pause} */
  async pause(queue: string): Promise<void> {
    this.#open("pause a queue");
    checkQueue(queue, "pause a queue");
    await this.#control.pause(queue);
  }

  /** {@inheritDoc QueueControl.resume} */
  async resume(queue: string): Promise<void> {
    this.#open("resume a queue");
    checkQueue(queue, "resume a queue");
    await this.#control.resume(queue);
  }

  /** {@inheritDoc QueueControl.revoke} */
  async revoke(ids: readonly string[]): Promise<void> {
    this.#open("revoke tasks");
    await revokeTasks(this.#shards, ids);
  }

  /** {@inheritDoc QueueControl.dead} */
  async dead(queue: string, limit: number): Promise<readonly DeadLetter[]> {
    this.#open("list dead letters");
    checkLimit(limit, "list dead letters");
    return await this.#control.dead(queue, limit);
  }

  /** {@inheritDoc QueueControl.revive} */
  async revive(queue: string, ids: readonly string[]): Promise<number> {
    this.#open("revive letters");
    return await this.#control.revive(queue, ids);
  }

  /** {@inheritDoc QueueControl.discard} */
  async discard(queue: string, ids: readonly string[]): Promise<number> {
    this.#open("discard letters");
    return await this.#control.discard(queue, ids);
  }

  /** {@inheritDoc QueueControl.workers} */
  async workers(): Promise<readonly WorkerInfo[]> {
    this.#open("show workers");
    return await this.#control.workers();
  }

  /** Ends waits and watches, registers the queues that were published to once, and closes the connections. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const enough = new Promise((resolve) => setTimeout(resolve, LAST_CALL));
    await Promise.race([this.#registry.register().catch(() => {}), enough]);
    this.#closed.abort();
    await this.#transport.close();
  }

  #open(what: string): void {
    if (this.#closing) throw new Error(`Cannot ${what} as the broker must be open: it was closed`);
  }
}
