/** A broker and its model side by side: one run of the model-based test. @module */

import assert from "node:assert/strict";
import type { Claim, Delivery, DeliveryRef, Effects, Letter, Outcome, WorkerRef } from "../../broker.ts";
import { type Bench, ref } from "../conformance/bench.ts";
import { checkClaim } from "./claim_check.ts";
import type { Span } from "./model_letter.ts";
import { ModelState } from "./model_state.ts";

/** How far a broker's real clock may be from ours, and how coarse, in milliseconds. */
const SLACK = 30;

/** A delivery that was handed out once, though it may have ended since. */
export interface HandedOut {
  readonly worker: WorkerRef;
  readonly delivery: Delivery;
}

/** The queues of a run. */
export const QUEUES: readonly string[] = ["a", "b"];

/** One run: what is done to the broker is done to the model, and what the broker answers is checked. */
export class World {
  readonly bench: Bench;
  readonly state: ModelState = new ModelState();
  readonly workers: readonly WorkerRef[];
  /** The latest deliveries, the newest first, those that have ended included. */
  readonly handedOut: HandedOut[] = [];
  /** Every gate that there was, with its body. */
  readonly gates: Map<string, Letter> = new Map();
  readonly #log: string[] = [];
  readonly #names = new Map<string, string>();
  #passed = 0;

  constructor(bench: Bench) {
    this.bench = bench;
    const lease = bench.fakesTime ? 10_000 : 600_000;
    this.workers = ["Ada", "Bob"].map((name) => bench.worker(name, lease));
  }

  /** Notes what is about to be done. */
  tell(words: string): void {
    this.#log.push(`  ${words}`);
  }

  /** What was done, in words, a line for each step. */
  log(): string {
    return this.#log.join("\n");
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.bench.pass(ms);
    this.#passed += ms;
  }

  /** Does something to the broker, and tells when: between the moment before and the moment after. */
  async during<T>(act: () => Promise<T>): Promise<{ readonly answer: T; readonly now: Span }> {
    const before = this.#time();
    const answer = await act();
    const slack = this.bench.fakesTime ? 0 : SLACK;
    return { answer, now: { early: before - slack, late: this.#time() + slack } };
  }

  /** What the time is, about. */
  now(): Span {
    const time = this.#time();
    return { early: time, late: time };
  }

  /** Publishes, and checks the answers. */
  async publish(effects: Effects): Promise<void> {
    const { answer, now } = await this.during(() => this.bench.broker.publish(effects));
    assert.deepEqual(answer, this.state.publish(effects, now));
  }

  /** Claims, and checks what is handed out. */
  async claim(worker: WorkerRef, queues: readonly string[], max: number): Promise<Claim> {
    const { answer, now } = await this.during(() => this.bench.broker.claim(worker, { queues, max }));
    this.#claimed(worker, queues, max, answer, now);
    return answer;
  }

  /** Settles, and checks which outcomes took effect. */
  async settle(worker: WorkerRef, outcomes: readonly Outcome[]): Promise<void> {
    const { answer, now } = await this.during(() => this.bench.broker.settle(worker, outcomes));
    this.#settled(worker, outcomes, answer, now);
  }

  /** Settles and claims at once, and checks both. */
  async settleAndClaim(worker: WorkerRef, outcomes: readonly Outcome[], max: number): Promise<void> {
    const request = { queues: QUEUES, max };
    const { answer, now } = await this.during(() => this.bench.broker.settleAndClaim(worker, outcomes, request));
    this.#settled(worker, outcomes, answer.settlements, now);
    this.#claimed(worker, QUEUES, max, answer.claim, now);
  }

  /** A new letter of the run. */
  letter(fields: Partial<Letter> = {}): Letter {
    const name = `#${this.#names.size + 1}`;
    const letter = this.bench.letter({ queue: "a", text: `text of ${name}`, ...fields });
    this.#names.set(letter.id, name);
    return letter;
  }

  /** A new gate for a body. */
  gate(body: Letter): string {
    const gate = this.bench.id();
    this.gates.set(gate, body);
    return gate;
  }

  /** Letters in words: where they go, and when. */
  describe(letters: readonly Letter[]): string {
    return letters.map(({ id, queue, priority, due }) => {
      return `${this.name(id)} (${queue}, priority ${priority}${due && "in" in due ? `, in ${due.in} ms` : ""})`;
    }).join(", ");
  }

  /** How letters are called in the log. */
  name(...ids: readonly string[]): string {
    return ids.map((id) => this.#names.get(id) ?? "?").join(" ");
  }

  #claimed(worker: WorkerRef, queues: readonly string[], max: number, claim: Claim, now: Span): void {
    this.tell(`  and gets ${this.name(...claim.deliveries.map(({ id }) => id)) || "nothing"}`);
    checkClaim(this.state, queues, max, claim.deliveries, now);
    for (const delivery of claim.deliveries) {
      const it = this.state.letters.get(delivery.id);
      if (it) Object.assign(it, { place: "active", owner: worker.incarnation, deliveries: delivery.deliveries });
      this.handedOut.unshift({ worker, delivery });
    }
    if (claim.deliveries.length > 0) this.renew(worker, now);
    // Whatever a dead worker held is back in its queue by now.
    if (max > 0) this.state.at(["limbo"]).forEach((it) => this.state.giveBack(it));
  }

  /** Notes that a worker's lease begins anew. */
  renew(worker: WorkerRef, now: Span): void {
    this.state.leases.set(worker.incarnation, { early: now.early + worker.lease, late: now.late + worker.lease });
  }

  #settled(worker: WorkerRef, outcomes: readonly Outcome[], answer: readonly string[], now: Span): void {
    assert.equal(answer.length, outcomes.length);
    outcomes.forEach((outcome, i) => {
      const { id, deliveries } = outcome.delivery;
      const it = this.state.letters.get(id);
      const owned = it?.owner === worker.incarnation && it.deliveries === deliveries;
      // In limbo, either is right: whether anybody noticed that the lease had ended is not known.
      if (it && owned && it.place === "limbo") {
        if (answer[i] === "settled") this.state.settle(it, outcome, now);
        else this.state.giveBack(it);
        return;
      }
      const want = it && owned && it.place === "active" ? "settled" : "lost";
      assert.equal(answer[i], want, `the outcome of letter ${this.name(id)} should be ${want}`);
      if (it && want === "settled") this.state.settle(it, outcome, now);
    });
  }

  #time(): number {
    return this.bench.fakesTime ? this.#passed : performance.now();
  }
}

/** What names a delivery that was handed out. */
export function refOf({ delivery }: HandedOut): DeliveryRef {
  return ref(delivery);
}
