/**
 * Claims deliveries, keeps the slots full, and settles what has ended.
 *
 * At most one call of the broker is under way: it carries every outcome so far and asks for as much as there is room
 * for. While it is under way more outcomes gather, so batches grow with the load and nobody waits for a batch to fill.
 *
 * @module
 */
import { backoffDelay } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { type Deferred, deferred } from "../base/deferred.ts";
import type { Logger } from "../base/log.ts";
import { BrokerUnavailable } from "../broker_error.ts";
import type { Broker, Claim, Delivery, Outcome, WorkerRef } from "../broker.ts";
import { Run } from "./run.ts";
import type { Slots } from "./slots.ts";

/** What a {@link Consumer} works with. */
export interface ConsumerParams {
  readonly broker: Broker;
  readonly worker: WorkerRef;
  readonly queues: readonly string[];
  readonly slots: Slots;
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes a run to its end. */
  readonly execute: (run: Run) => void | Promise<void>;
  /** The outcome of a run that has ended. */
  readonly outcome: (run: Run) => Outcome | Promise<Outcome>;
  /** Something was claimed, by a call that was begun then. */
  readonly claimed: (since: number) => void;
}

/**
 * An idle worker looks by itself this often, in milliseconds, or every two leases where those are shorter: a lost wake-up must
 * not mean waiting for ever. A worker that was to look after the lease of a dead one may die too.
 */
const SAFETY_CLAIM = 60_000;

/**
 * From so many ready deliveries on, those ahead of the slots begin while the outcomes of the others are under way: with handlers that end at
 * once the broker and the worker would else wait for each other by turns. Smaller batches stay whole, as each call is billed.
 */
const MANY = 200;

/** One call sends on about so many letters: a broker does nothing else meanwhile, and the worker begins the first of them sooner. */
const MOST_SENT = 2_000;

/** How a broker that fails is asked again. */
const RETRY = { base: 100, max: 10_000 };

/** Claims, starts and settles. */
export class Consumer {
  readonly #params: ConsumerParams;
  readonly #running: Map<string, Run> = new Map();
  /** Claimed, and not begun: there was no slot. */
  readonly #ready: Delivery[] = [];
  #outbox: Outcome[] = [];
  /** Runs that wait for the broker to know that they begin. */
  readonly #beginning: Map<Run, Deferred<void>> = new Map();
  #wake = deferred();
  #stopping = false;
  readonly #stop: AbortController = new AbortController();
  readonly #quit: AbortController = new AbortController();
  /** The sleep on the broker, while there is nothing to claim as far as is known. */
  #sleep: Promise<void> | undefined;
  /** The last claim got all that it asked for: there may be more, and nobody wakes a worker that has its hands full. */
  #more = false;
  #failures = 0;
  readonly #answer = deferred();
  #filling = false;
  #abandoned = 0;
  /** A claim failed with its effect unknown: the broker may hold deliveries for this worker that never came. */
  #unsure = false;

  constructor(params: ConsumerParams) {
    this.#params = params;
    // Who does not ask is not told.
    this.#answer.promise.catch(() => {});
  }

  /** The runs under way. */
  running(): readonly Run[] {
    return [...this.#running.values()];
  }

  /** How many handlers were left to themselves. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** Resolves with the first answer of the broker; rejects where it refuses before it has ever answered. */
  get answered(): Promise<void> {
    return this.#answer.promise;
  }

  /** The ids that the worker holds in the broker's eyes. */
  holding(): readonly string[] {
    const unsettled = this.#outbox.map((outcome) => outcome.delivery.id);
    return [...new Set([...this.#running.keys(), ...this.#ready.map(({ id }) => id), ...unsettled])];
  }

  /** Tells the broker, with the next call, that a run begins and must never run again; resolves when it knows. */
  begin(run: Run): Promise<void> {
    const known = deferred();
    this.#beginning.set(run, known);
    const { id, deliveries } = run.delivery;
    this.#outbox.push({ kind: "begun", delivery: { id, deliveries } });
    this.#wake.resolve();
    return known.promise;
  }

  /** Claims no more and gives back what has not begun. What runs goes on; `run` resolves when all is settled. */
  stop(): void {
    this.#stopping = true;
    for (const { id, deliveries } of this.#ready.splice(0)) {
      this.#outbox.push({ kind: "released", delivery: { id, deliveries } });
    }
    this.#stop.abort();
    this.#wake.resolve();
  }

  /** Ends runs without waiting for their handlers: they are given back, and what comes of them is not looked at. */
  abandon(): void {
    this.#abandoned += this.#running.size;
    for (const run of this.#running.values()) {
      run.end = { kind: "released" };
      this.#running.delete(run.id);
      this.#beginning.delete(run);
      const { id, deliveries } = run.delivery;
      this.#outbox.push({ kind: "released", delivery: { id, deliveries } });
    }
    this.#wake.resolve();
  }

  /** Settles no more: what the broker was not told of comes back when the lease ends. */
  quit(): void {
    this.stop();
    this.abandon();
    this.#quit.abort();
    this.#wake.resolve();
  }

  /** Consumes until it is stopped and everything is settled, or it quits. */
  async run(): Promise<void> {
    while (!this.#finished) {
      if (this.#outbox.length === 0 && (this.#room <= 0 || this.#asleep())) await this.#nap();
      else await this.#exchange();
    }
  }

  get #finished(): boolean {
    if (this.#quit.signal.aborted) return true;
    return this.#stopping && this.#running.size === 0 && this.#outbox.length === 0;
  }

  get #room(): number {
    if (this.#stopping) return 0;
    return this.#params.slots.capacity - this.#running.size - this.#ready.length;
  }

  #asleep(): boolean {
    return this.#sleep !== undefined && !this.#more;
  }

  /** Waits until a run ends, the broker wakes, or the worker is stopped. */
  async #nap(): Promise<void> {
    await this.#wake.promise;
    this.#wake = deferred();
  }

  /** One call of the broker: settles what has ended, and claims where there is room and may be something. */
  async #exchange(): Promise<void> {
    const { broker, worker, queues } = this.#params;
    const outcomes = this.#nextOutcomes();
    // Nothing more is waiting while the worker sleeps, except what its own outcomes send: that is claimed with them.
    const room = this.#asleep() && !outcomes.some(sendsOn) ? 0 : this.#room;
    this.#beginSoon();
    try {
      const since = this.#params.clock.now();
      if (this.#unsure) await this.#reconcile(outcomes);
      if (room <= 0) return this.#settled(outcomes, await broker.settle(worker, outcomes));
      const request = { queues, max: room };
      if (outcomes.length === 0) return this.#take(await broker.claim(worker, request), room, since);
      const both = await broker.settleAndClaim(worker, outcomes, request);
      this.#settled(outcomes, both.settlements);
      this.#take(both.claim, room, since);
    } catch (error) {
      this.#unsure ||= room > 0;
      this.#outbox = [...outcomes, ...this.#outbox];
      await this.#recover(error);
    }
  }

  /** Takes outcomes for one call out of the outbox: all, unless they send more on than one call should carry. */
  #nextOutcomes(): readonly Outcome[] {
    const outcomes = this.#outbox.filter((outcome) => this.#isMeant(outcome));
    let left = MOST_SENT;
    const end = outcomes.findIndex((outcome, index) => (left -= sentBy(outcome)) < 0 && index > 0);
    this.#outbox = end === -1 ? [] : outcomes.splice(end);
    return outcomes;
  }

  /** Has the broker take back what it handed out in an answer that never came. */
  async #reconcile(outcomes: readonly Outcome[]): Promise<void> {
    const holding = [...this.holding(), ...outcomes.map((outcome) => outcome.delivery.id)];
    await this.#params.broker.heartbeat(this.#params.worker, holding, { exactly: true });
    this.#unsure = false;
  }

  /** Whether an outcome still stands: that a run begins is of no matter once it was given up. */
  #isMeant({ kind, delivery }: Outcome): boolean {
    return kind !== "begun" || this.#running.get(delivery.id)?.delivery.deliveries === delivery.deliveries;
  }

  #settled(outcomes: readonly Outcome[], settlements: readonly string[]): void {
    this.#failures = 0;
    for (const [index, settlement] of settlements.entries()) {
      const outcome = outcomes[index];
      if (outcome?.kind === "begun") this.#begun(outcome.delivery.id, settlement === "settled");
      if (settlement === "settled" || outcome === undefined || outcome.kind === "released") continue;
      this.#params.log.warn("An outcome came too late: the task had been given to another worker", {
        id: outcome.delivery.id,
      });
    }
  }

  #take(claim: Claim, asked: number, since: number): void {
    const { log, claimed, slots } = this.#params;
    if (this.#failures > 0) log.info("The broker answers again");
    this.#answer.resolve();
    this.#failures = 0;
    if (claim.deliveries.length > 0) claimed(since);
    for (const delivery of claim.deliveries) this.#ready.push(delivery);
    if (this.#stopping) this.stop();
    // With outcomes to report and much that is ready, the next call is made at once, and that begins while it is under way.
    if (this.#ready.length < MANY) this.#fill();
    else if (this.#outbox.length === 0) this.#fill(slots.concurrency);
    this.#more = claim.deliveries.length >= asked;
    if (!this.#more) this.#rest(claim.nextDue);
  }

  /** Nothing more to claim as far as is known: sleep on the broker, while runs go on. */
  #rest(nextDue: number | undefined): void {
    if (this.#stopping || this.#asleep()) return;
    const { broker, worker, queues, log } = this.#params;
    const atMost = Math.max(0, Math.min(nextDue ?? SAFETY_CLAIM, SAFETY_CLAIM, worker.lease * 2));
    const sleep = broker.wait(worker, queues, atMost, this.#stop.signal)
      .catch((error: unknown) => {
        log.warn("Cannot wait for messages; asking again", { error });
        return this.#pause();
      })
      .then(() => {
        this.#sleep = undefined;
        this.#wake.resolve();
      });
    this.#sleep = sleep;
  }

  /** Begins what is ready as soon as a call that is being made has been written: the broker works on it meanwhile. */
  #beginSoon(): void {
    if (this.#ready.length > 0) setImmediate(() => this.#fill());
  }

  /**
   * Begins what is ready while there are slots, but not more than so many at once. A handler that ends at once frees its slot
   * within this very loop; where all do, the rest is what runs while their outcomes are under way.
   */
  #fill(atMost: number = Infinity): void {
    if (this.#filling) return;
    this.#filling = true;
    for (let begun = 0; begun < atMost && this.#running.size < this.#params.slots.concurrency; begun++) {
      const delivery = this.#ready.shift();
      if (delivery === undefined) break;
      this.#begin(delivery);
    }
    this.#filling = false;
  }

  #begin(delivery: Delivery): void {
    const run = new Run(delivery, this.#params.clock.now());
    this.#running.set(run.id, run);
    const running = this.#params.execute(run);
    if (running instanceof Promise) void running.then(() => this.#ended(run));
    else this.#ended(run);
  }

  #ended(run: Run): void {
    if (this.#running.get(run.id) !== run) return;
    this.#params.slots.took(this.#params.clock.now() - run.started);
    const outcome = this.#params.outcome(run);
    if (outcome instanceof Promise) void outcome.then((ready) => this.#put(run, ready));
    else this.#put(run, outcome);
  }

  #put(run: Run, outcome: Outcome): void {
    if (this.#running.get(run.id) !== run) return;
    this.#running.delete(run.id);
    this.#outbox.push(outcome);
    this.#fill();
    this.#wake.resolve();
  }

  /** The broker knows that a run begins; or it was lost to another worker, and does not begin here. */
  #begun(id: string, isOwn: boolean): void {
    const run = this.#running.get(id);
    const known = run && this.#beginning.get(run);
    if (run === undefined || known === undefined) return;
    this.#beginning.delete(run);
    if (isOwn) run.begun = true;
    else run.end ??= { kind: "released" };
    known.resolve();
  }

  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof BrokerUnavailable)) this.#answer.reject(error);
    const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#params.log.warn("The broker failed; trying again", { error: told, outcomes: this.#outbox.length });
    await this.#pause();
  }

  async #pause(): Promise<void> {
    const { clock } = this.#params;
    await clock.sleep(backoffDelay(this.#failures++, RETRY), this.#stopping ? this.#quit.signal : this.#stop.signal);
  }
}

/** How many letters an outcome sends on. */
function sentBy(outcome: Outcome): number {
  return "effects" in outcome ? outcome.effects?.send?.length ?? 0 : 0;
}

/** Whether an outcome may put letters into a queue. */
function sendsOn(outcome: Outcome): boolean {
  if (outcome.kind === "begun") return false;
  if (outcome.kind !== "done" && outcome.kind !== "buried") return true;
  const { send, arrive, publish } = outcome.effects ?? {};
  return (send ?? arrive ?? publish) !== undefined;
}
