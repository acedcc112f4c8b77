/**
 * Waiting: an idle worker parks itself and listens to its channel. A script that puts something into an empty lane tells
 * one of the parked ones. So an idle worker costs a look a minute, whatever the number of its queues.
 *
 * @module
 */
import type { WorkerRef } from "../../broker.ts";
import { Parking, TRY_AGAIN } from "./parking.ts";
import type { Session, Sessions } from "./session.ts";
import type { RedisContext, Shard, Shards } from "./shards.ts";

/** A parked worker looks by itself after so long, in milliseconds: no wake-up may be lost for ever. */
const SAFETY = 65_000;

/** How a worker looks that cannot be woken: with growing pauses, in milliseconds. */
const FIRST_LOOK = 100;
const LAST_LOOK = 5_000;

/** Lets workers sleep. */
export class Waiting {
  readonly #context: RedisContext;
  readonly #shards: Shards;
  readonly #sessions: Sessions;
  readonly #parking: Parking;

  constructor(context: RedisContext, shards: Shards, sessions: Sessions) {
    this.#context = context;
    this.#shards = shards;
    this.#sessions = sessions;
    this.#parking = new Parking(context, shards);
  }

  /** Sleeps until there may be something in these queues. */
  async wait(worker: WorkerRef, queues: readonly string[], atMost: number, signal: AbortSignal): Promise<void> {
    const { clock, closed } = this.#context;
    const ends = AbortSignal.any([signal, closed.signal]);
    const deadline = clock.now() + atMost;
    const session = this.#sessions.of(worker);
    if (ends.aborted || queues.length === 0) return void await clock.sleep(atMost, ends);
    if (!await this.#parking.listen(session)) {
      return await this.#poll(queues, Math.min(deadline, clock.now() + worker.lease), ends);
    }
    while (!ends.aborted && !session.bell.rung) {
      if (await this.#parking.park(session, queues, ends)) return;
      const until = Math.min(deadline, ...session.seats.map((seat) => Math.min(seat.guardAt, seat.claimAt(queues))));
      const safety = clock.now() + SAFETY;
      await session.bell.sleep(Math.min(until, safety, this.#nextTry(session, queues)) - clock.now(), clock, ends);
      if (clock.now() >= until && await this.#isTime(session, queues, deadline)) return;
      if (clock.now() >= safety) await this.#makeSure(session, queues);
      await this.#parking.listen(session);
    }
    session.bell.hush();
  }

  /** When a partition that the worker could not be parked in is tried again. */
  #nextTry(session: Session, queues: readonly string[]): number {
    const isAway = session.seats.some((seat) => !seat.listens || seat.parking(queues) !== "parked");
    return isAway ? this.#context.clock.now() + TRY_AGAIN : Infinity;
  }

  /** Stops listening for a worker that has left. */
  async forget(worker: WorkerRef): Promise<void> {
    await this.#parking.forget(this.#sessions.of(worker));
  }

  /** Takes a worker that is full out of the partitions where it is parked. */
  async unpark(session: Session, queues: readonly string[]): Promise<void> {
    await this.#parking.unpark(session, queues);
  }

  /** What a time that has come means: the end of the wait, unless it was a lease that has been renewed meanwhile. */
  async #isTime(session: Session, queues: readonly string[], deadline: number): Promise<boolean> {
    const now = this.#context.clock.now();
    const due = session.seats.filter((seat) => now >= seat.claimAt(queues));
    due.forEach((seat) => seat.passed(now));
    if (due.length > 0) return true;
    session.overslept ||= now >= deadline;
    if (now >= deadline) return true;
    return await this.#parking.guard(session, queues, now);
  }

  /** Looks whether anything is there that no wake-up told of; then it is not sure that the worker is parked at all. */
  async #makeSure(session: Session, queues: readonly string[]): Promise<void> {
    if (await this.#look(queues) > 0) session.doubt();
  }

  /** Whether there are letters in these queues of a partition, and whether anybody has a lease there. */
  async look(shard: Shard, queues: readonly string[]): Promise<{ letters: boolean; leases: boolean }> {
    const { keys } = shard;
    const lists = queues.flatMap((queue) => [...keys.lanes(queue), keys.delayed(queue)]);
    const [letters, leases] = await Promise.all([shard.exists(lists, "claim"), shard.exists([keys.workers], "claim")]);
    return { letters: letters > 0, leases: leases > 0 };
  }

  async #look(queues: readonly string[]): Promise<number> {
    const counts = await Promise.all(this.#shards.all.map((shard) => {
      const { keys } = shard;
      return shard.exists(queues.flatMap((queue) => [...keys.lanes(queue), keys.delayed(queue)]), "wait");
    }));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Looks again and again, where the worker cannot be woken. It ends in time for a claim that looks for dead workers. */
  async #poll(queues: readonly string[], deadline: number, ends: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    for (let pause = FIRST_LOOK; !ends.aborted; pause = Math.min(pause * 1.5, LAST_LOOK)) {
      if (await this.#look(queues) > 0) return;
      const left = deadline - clock.now();
      if (left <= 0) return;
      await clock.sleep(Math.min(pause, left), ends);
    }
  }
}
