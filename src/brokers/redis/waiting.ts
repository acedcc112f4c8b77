/**
 * Waiting: an idle worker parks itself and listens to its channel. A script that puts something into an empty lane tells
 * one of the parked ones. So an idle worker costs a look a minute, whatever the number of its queues.
 *
 * @module
 */
import type { WorkerRef } from "../../broker.ts";
import { listOf, numberOf, textOf } from "./call.ts";
import { park, unpark } from "./scripts.gen.ts";
import type { Seat, Session, Sessions } from "./session.ts";
import type { RedisContext, Shard, Shards } from "./shards.ts";
import type { Listening } from "./transport.ts";

/** A parked worker looks by itself after so long, in milliseconds: no wake-up may be lost for ever. */
const SAFETY = 65_000;

/** How a worker looks that cannot be woken: with growing pauses, in milliseconds. */
const FIRST_LOOK = 100;
const LAST_LOOK = 5_000;

/** A lease is looked at a little after its end. */
const LEASE_SLACK = 20;

/** Lets workers sleep. */
export class Waiting {
  readonly #context: RedisContext;
  readonly #shards: Shards;
  readonly #sessions: Sessions;
  readonly #listening = new Map<Session, Listening[]>();

  constructor(context: RedisContext, shards: Shards, sessions: Sessions) {
    this.#context = context;
    this.#shards = shards;
    this.#sessions = sessions;
  }

  /** Sleeps until there may be something in these queues. */
  async wait(worker: WorkerRef, queues: readonly string[], atMost: number, signal: AbortSignal): Promise<void> {
    const { clock, closed, transport } = this.#context;
    const ends = AbortSignal.any([signal, closed.signal]);
    const deadline = clock.now() + atMost;
    const session = this.#sessions.of(worker);
    if (ends.aborted || queues.length === 0) return void await clock.sleep(atMost, ends);
    if (!transport.listen || !await this.#listen(session)) return await this.#poll(queues, deadline, ends);
    while (!ends.aborted && !session.bell.rung) {
      if (await this.#parkEverywhere(session, queues)) return;
      const until = Math.min(deadline, ...session.seats.map(nextLook));
      const safety = clock.now() + SAFETY;
      await session.bell.sleep(Math.min(until, safety) - clock.now(), clock, ends);
      if (clock.now() >= until && await this.#isTime(session, queues, deadline)) return;
      if (clock.now() >= safety) await this.#makeSure(session, queues);
    }
    session.bell.hush();
  }

  /** Stops listening for a worker that has left. */
  async forget(worker: WorkerRef): Promise<void> {
    const session = this.#sessions.of(worker);
    session.listens = false;
    const listening = this.#listening.get(session) ?? [];
    this.#listening.delete(session);
    await Promise.all(listening.map((it) => it.close()));
  }

  /** Begins to listen, once; false when that is not possible now. */
  async #listen(session: Session): Promise<boolean> {
    if (session.listens) return true;
    try {
      await (session.starting ??= this.#start(session));
      return true;
    } catch {
      session.starting = undefined;
      return false;
    }
  }

  async #start(session: Session): Promise<void> {
    const { transport } = this.#context;
    const listening = await Promise.all(this.#shards.all.map((shard) => {
      const seat = session.seat(shard.index);
      const heard = (message: string) => this.#hear(session, seat, message);
      const resumed = () => {
        session.doubt();
        session.bell.ring();
      };
      return transport.listen?.(session.channelOf(shard.index), shard.keys.workers, { heard, resumed });
    }));
    this.#listening.set(session, listening.filter((it) => it !== undefined));
    session.listens = true;
  }

  #hear(session: Session, seat: Seat, message: string): void {
    if (!message.startsWith("guard ")) {
      seat.hinted = true;
      return session.bell.ring();
    }
    seat.guardAt = Math.min(seat.guardAt, this.#context.clock.now() + Number(message.slice(6)) + LEASE_SLACK);
    session.bell.stir();
  }

  /** Parks the worker where it is not; true where it should rather claim. */
  async #parkEverywhere(session: Session, queues: readonly string[]): Promise<boolean> {
    const away = this.#shards.all.filter(({ index }) => session.seat(index).parking(queues) !== "parked");
    const ready = await Promise.all(away.map((shard) => this.#park(shard, session, queues)));
    return ready.includes(true);
  }

  /** Takes a worker that is full out of the partitions where it is parked: those it did not fill itself at know nothing. */
  async unpark(session: Session, queues: readonly string[]): Promise<void> {
    const parked = this.#shards.all.filter(({ index }) => session.seat(index).parking(queues) !== "");
    await Promise.all(parked.map(async (shard) => {
      const { keys, index } = shard;
      queues.forEach((queue) => session.seat(index).parked.delete(queue));
      const list = queues.map((queue) => keys.idle(queue));
      await shard.run(unpark, list, [session.channelOf(index)], { what: "claim", repeatable: true });
    }));
  }

  /** Parks the worker in a partition; true where there is something to claim. */
  async #park(shard: Shard, session: Session, queues: readonly string[]): Promise<boolean> {
    const { keys } = shard;
    const seat = session.seat(shard.index);
    const names = [...new Set(queues)];
    const list = [keys.paused, ...names.map((queue) => keys.delayed(queue)), ...names.flatMap((it) => keys.lanes(it))];
    list.push(keys.workers, ...names.map((queue) => keys.idle(queue)));
    const guard = seat.guardAt < Infinity ? "guard" : "";
    const now = this.#context.clock.now();
    const args = [String(names.length), session.channelOf(shard.index), guard, ...names];
    const answer = await shard.run(park, list, args, { what: "wait", repeatable: true });
    seat.hinted ||= answer === "ready";
    if (answer === "ready") return true;
    const [status, due = null, lease = null] = listOf(answer);
    if (textOf(status) !== "parked") return true;
    names.forEach((queue) => seat.parked.add(queue));
    seat.dueAt = due === null ? Infinity : now + numberOf(due);
    seat.guardAt = lease === null ? Infinity : now + numberOf(lease) + LEASE_SLACK;
    if (lease !== null && numberOf(lease) <= 0) seat.lookedAt = -Infinity;
    return lease !== null && numberOf(lease) <= 0;
  }

  /** What a time that has come means: the end of the wait, unless it was a lease that has been renewed meanwhile. */
  async #isTime(session: Session, queues: readonly string[], deadline: number): Promise<boolean> {
    const now = this.#context.clock.now();
    if (session.seats.some(({ dueAt }) => now >= dueAt)) return true;
    session.overslept ||= now >= deadline;
    if (now >= deadline) return true;
    const guarding = this.#shards.all.filter(({ index }) => now >= session.seat(index).guardAt);
    const ready = await Promise.all(guarding.map((shard) => this.#park(shard, session, queues)));
    return ready.includes(true);
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

  /** Looks again and again, where the worker cannot be woken. */
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

function nextLook({ dueAt, guardAt }: Seat): number {
  return Math.min(dueAt, guardAt);
}
