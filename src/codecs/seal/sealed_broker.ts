/**
 * A broker behind a seal: all that goes to it is sealed, and all that comes from it is opened.
 *
 * A broker keeps texts that it does not look into, so this is where the seal belongs: whatever Umbel stores (messages,
 * what one task sends to the next, arrivals at gates, results, failures, progress) passes here, and no part of it has to
 * think of sealing.
 *
 * @module
 */
import type {
  Broker,
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
import type { Clock } from "../../base/clock.ts";
import { Opening } from "./opening.ts";
import { SealError } from "./seal_error.ts";
import { sealEffects, sealNote, sealOutcome, sealWithdrawal } from "./sealed_effects.ts";
import type { TextSealer } from "./text_sealer.ts";

/** What a {@link SealedBroker} works with. */
export interface SealedBrokerParams {
  readonly sealer: TextSealer;
  /** How old a message may be, in milliseconds. */
  readonly maxAge: number;
  readonly clock: Clock;
}

/** A broker that keeps only what is sealed, and gives only what it can open. */
export class SealedBroker implements Broker {
  readonly #inner: Broker;
  readonly #sealer: TextSealer;
  readonly #clock: Clock;
  readonly #opening: Opening;

  constructor(inner: Broker, { sealer, maxAge, clock }: SealedBrokerParams) {
    this.#inner = inner;
    this.#sealer = sealer;
    this.#clock = clock;
    this.#opening = new Opening({
      sealer,
      maxAge,
      now: () => clock.now(),
      arrivals: (gate) => inner.arrivals(gate),
    });
  }

  get description(): string {
    return `${this.#inner.description}, sealed`;
  }

  get pushes(): boolean {
    return this.#inner.pushes;
  }

  async publish(effects: Effects): Promise<readonly ("created" | "duplicate")[]> {
    return await this.#inner.publish(await sealEffects(effects, this.#sealer, this.#clock.now()));
  }

  async claim(worker: WorkerRef, request: ClaimRequest): Promise<Claim> {
    return await this.#claimed(await this.#inner.claim(worker, request));
  }

  async settle(worker: WorkerRef, outcomes: readonly Outcome[]): Promise<readonly Settlement[]> {
    const settlements = await this.#inner.settle(worker, await this.#outcomes(outcomes));
    this.#opening.settled(outcomes);
    return settlements;
  }

  async settleAndClaim(
    worker: WorkerRef,
    outcomes: readonly Outcome[],
    request: ClaimRequest,
  ): Promise<{ readonly settlements: readonly Settlement[]; readonly claim: Claim }> {
    const { settlements, claim } = await this.#inner.settleAndClaim(worker, await this.#outcomes(outcomes), request);
    // Before the claim is looked at: it may bring the same ids again.
    this.#opening.settled(outcomes);
    return { settlements, claim: await this.#claimed(claim) };
  }

  async #claimed(claim: Claim): Promise<Claim> {
    return { ...claim, deliveries: await Promise.all(claim.deliveries.map((one) => this.#opening.delivery(one))) };
  }

  #outcomes(outcomes: readonly Outcome[]): Promise<Outcome[]> {
    const now = this.#clock.now();
    return Promise.all(outcomes.map((one) => sealOutcome(this.#opening.outcome(one), this.#sealer, now)));
  }

  heartbeat(
    worker: WorkerRef,
    holding: readonly string[],
    options?: { readonly exactly?: boolean },
  ): Promise<Heartbeat> {
    return this.#inner.heartbeat(worker, holding, options);
  }

  wait(worker: WorkerRef, queues: readonly string[], atMost: number, signal: AbortSignal): Promise<void> {
    return this.#inner.wait(worker, queues, atMost, signal);
  }

  leave(worker: WorkerRef): Promise<void> {
    return this.#inner.leave(worker);
  }

  /** The texts of held letters; one that is not to be trusted counts as no longer held, so nobody follows it. */
  async held(ids: readonly string[]): Promise<readonly (string | null)[]> {
    const texts = await this.#inner.held(ids);
    return await Promise.all(ids.map((id, index) => this.#heldText(id, texts[index] ?? null)));
  }

  async #heldText(id: string, text: string | null): Promise<string | null> {
    if (text === null) return null;
    try {
      return (await this.#sealer.open(text, "message", id)).text;
    } catch (error) {
      if (error instanceof SealError) return null;
      throw error;
    }
  }

  async arrivals(gate: string): Promise<readonly string[]> {
    return await this.#opening.arrivals(gate, await this.#inner.arrivals(gate));
  }

  async read(ids: readonly string[]): Promise<readonly (StoredResult | null)[]> {
    const stored = await this.#inner.read(ids);
    return await Promise.all(ids.map((id, index) => this.#opening.result(id, stored[index] ?? null)));
  }

  async note(notes: readonly { readonly id: string; readonly text: string }[]): Promise<void> {
    const sealed = notes.map(async ({ id, text }) => ({ id, text: await sealNote(id, text, this.#sealer) }));
    await this.#inner.note(await Promise.all(sealed));
  }

  forget(ids: readonly string[]): Promise<void> {
    return this.#inner.forget(ids);
  }

  watch(ids: readonly string[], changed: (id: string) => void): Promise<Watch> {
    return this.#inner.watch(ids, changed);
  }

  queues(): Promise<readonly QueueInfo[]> {
    return this.#inner.queues();
  }

  async peek(queue: string, limit: number): Promise<readonly PeekedLetter[]> {
    return await Promise.all((await this.#inner.peek(queue, limit)).map((letter) => this.#opening.peeked(letter)));
  }

  async dead(queue: string, limit: number): Promise<readonly DeadLetter[]> {
    return await Promise.all((await this.#inner.dead(queue, limit)).map((letter) => this.#opening.dead(letter)));
  }

  async withdraw(queue: string, letters: readonly Withdrawal[]): Promise<readonly Settlement[]> {
    const now = this.#clock.now();
    return await this.#inner.withdraw(
      queue,
      await Promise.all(letters.map((one) => sealWithdrawal(one, this.#sealer, now))),
    );
  }

  pause(queue: string): Promise<void> {
    return this.#inner.pause(queue);
  }

  resume(queue: string): Promise<void> {
    return this.#inner.resume(queue);
  }

  revoke(ids: readonly string[]): Promise<void> {
    return this.#inner.revoke(ids);
  }

  revive(queue: string, ids: readonly string[]): Promise<number> {
    return this.#inner.revive(queue, ids);
  }

  discard(queue: string, ids: readonly string[]): Promise<number> {
    return this.#inner.discard(queue, ids);
  }

  workers(): Promise<readonly WorkerInfo[]> {
    return this.#inner.workers();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
