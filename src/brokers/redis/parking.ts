/**
 * Where idle workers are to be found: each listens to a channel and has written it down in its queues, in each partition
 * by itself. A partition that cannot be reached keeps nobody from the others.
 *
 * @module
 */
import { listOf, numberOf, textOf } from "./call.ts";
import { park, unpark } from "./scripts.gen.ts";
import type { Seat, Session } from "./session.ts";
import type { RedisContext, Shard, Shards } from "./shards.ts";
import type { Listening } from "./transport.ts";

/** A lease is looked at a little after its end. */
const LEASE_SLACK = 20;

/** All idle workers know when, so each looks a little later by chance, unless another has looked by then; in milliseconds. */
const LEASE_SPREAD = 1_000;

/** Whoever was woken for a delayed letter comes when it is due; the others so much later, unless that one has come. */
const BACKUP = 1_000;

/** A partition that could not be reached is tried again after so long, in milliseconds. */
export const TRY_AGAIN = 2_000;

/** Parks workers. */
export class Parking {
  readonly #context: RedisContext;
  readonly #shards: Shards;

  constructor(context: RedisContext, shards: Shards) {
    this.#context = context;
    this.#shards = shards;
  }

  /** Listens for a worker in every partition; true as soon as it does in one, false when that is not possible now. */
  async listen(session: Session): Promise<boolean> {
    const { transport, clock } = this.#context;
    if (!transport.listen) return false;
    const starting = this.#shards.all.flatMap((shard) => {
      const seat = session.seat(shard.index);
      if (seat.listens || clock.now() < seat.tryAt) return [];
      return [seat.starting ??= this.#start(shard, session, seat).finally(() => seat.starting = undefined)];
    });
    if (session.seats.some(({ listens }) => listens)) {
      Promise.allSettled(starting).catch(() => {});
      return true;
    }
    return await Promise.any(starting).then(() => true, () => false);
  }

  async #start(shard: Shard, session: Session, seat: Seat): Promise<void> {
    const { transport, clock } = this.#context;
    const resumed = () => {
      seat.doubt();
      session.bell.ring();
    };
    const rung = () => {
      seat.hinted = true;
      session.bell.ring();
    };
    const own = session.channelOf(shard.index);
    const told = (message: string) => {
      if (hear(seat, message, own, clock.now())) session.bell.stir();
    };
    try {
      const channels = [[own, rung], [shard.keys.common, told]] as const;
      seat.listening = await both(channels.map(async ([channel, heard]) => {
        return await transport.listen?.(channel, shard.keys.workers, { heard, resumed });
      }));
      if (session.left) return await hangUp(seat);
      seat.listens = true;
      session.bell.stir();
    } catch (error) {
      seat.tryAt = clock.now() + TRY_AGAIN;
      throw error;
    }
  }

  /** Stops listening for a worker. */
  async forget(session: Session): Promise<void> {
    session.left = true;
    await Promise.all(session.seats.map(async (seat) => {
      seat.listens = false;
      await hangUp(seat);
    }));
  }

  /**
   * Parks a worker wherever it listens and is not parked; true where it should rather claim. Does not wait for a
   * partition that is slow to answer once the bell rings.
   *
   * @throws {BrokerUnavailable} when there is but one partition, and it cannot be reached
   */
  async park(session: Session, queues: readonly string[], ends: AbortSignal): Promise<boolean> {
    const now = this.#context.clock.now();
    const away = this.#shards.all.filter(({ index }) => {
      const seat = session.seat(index);
      return seat.listens && now >= seat.tryAt && seat.parking(queues) !== "parked";
    });
    if (away.length === 0) return false;
    const tries = away.map((shard) => this.#tryPark(shard, session, queues));
    if (this.#shards.all.length === 1) return await tries[0] ?? false;
    const done = new AbortController();
    const all = Promise.allSettled(tries).then((answers) => {
      done.abort();
      return answers.some((answer) => answer.status === "fulfilled" && answer.value);
    });
    const rung = session.bell.sleep(TRY_AGAIN, this.#context.clock, AbortSignal.any([ends, done.signal])).then(() =>
      false
    );
    return await Promise.race([all, rung]);
  }

  #tryPark(shard: Shard, session: Session, queues: readonly string[]): Promise<boolean> {
    const seat = session.seat(shard.index);
    return seat.trying ??= this.#park(shard, session, seat, queues, "").catch((error) => {
      seat.tryAt = this.#context.clock.now() + TRY_AGAIN;
      throw error;
    }).finally(() => seat.trying = undefined);
  }

  /** Parks the worker in a partition; true where there is something to claim. */
  async #park(
    shard: Shard,
    session: Session,
    seat: Seat,
    queues: readonly string[],
    tell: string,
  ): Promise<boolean> {
    const { keys } = shard;
    const names = [...new Set(queues)];
    const list = [keys.paused, ...names.map((queue) => keys.delayed(queue)), ...names.flatMap((it) => keys.lanes(it))];
    list.push(keys.workers, ...names.map((queue) => keys.idle(queue)));
    const now = this.#context.clock.now();
    const args = [String(names.length), session.channelOf(shard.index), tell, ...names];
    const answer = await shard.run(park, list, args, { what: "wait", repeatable: true });
    seat.hinted ||= answer === "ready";
    if (answer === "ready") return true;
    const [status, due = null, lease = null] = listOf(answer);
    if (textOf(status) !== "parked") return true;
    names.forEach((queue) => seat.parked.add(queue));
    seat.dueAt = due === null ? Infinity : now + numberOf(due);
    seat.guardAt = lease === null ? Infinity : lookAt(now, numberOf(lease));
    if (lease !== null && numberOf(lease) <= 0) seat.lookedAt = -Infinity;
    return lease !== null && numberOf(lease) <= 0;
  }

  /** Looks at the leases where one may have ended; true where a worker is dead. The others are told, and need not look. */
  async guard(session: Session, queues: readonly string[], now: number): Promise<boolean> {
    const guarding = this.#shards.all.filter(({ index }) => now >= session.seat(index).guardAt);
    const answers = await Promise.all(guarding.map((shard) => {
      return this.#park(shard, session, session.seat(shard.index), queues, shard.keys.common);
    }));
    return answers.includes(true);
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
}

/** When to look at a lease that ends in so many milliseconds. */
function lookAt(now: number, left: number): number {
  return now + left + LEASE_SLACK + Math.random() * Math.min(LEASE_SPREAD, left / 20);
}

/** Notes what is told to all workers of a partition; true where it has to look at its clock again. */
function hear(seat: Seat, message: string, own: string, now: number): boolean {
  const [, kind, time = "", whose = ""] = /^(lease|next|due) ([\d.]*) ?(.*)$/.exec(message) ?? [];
  const left = time === "" ? Infinity : Number(time);
  if (kind === "lease" && whose !== own) seat.guardAt = Math.min(seat.guardAt, lookAt(now, left));
  if (kind === "next") seat.guardAt = lookAt(now, left);
  if (kind === "due" && time === "") seat.backupAt.delete(whose);
  else if (kind === "due") seat.backupAt.set(whose, now + left + BACKUP * (1 + Math.random()));
  return kind !== undefined;
}

/** All of them, or none: those that came are given back where another failed. */
async function both(starting: readonly Promise<Listening | undefined>[]): Promise<Listening[]> {
  const started = await Promise.allSettled(starting);
  const listening = started.flatMap((one) => one.status === "fulfilled" && one.value ? [one.value] : []);
  const failed = started.find((one) => one.status === "rejected");
  if (!failed) return listening;
  await Promise.allSettled(listening.map((one) => one.close()));
  throw failed.reason;
}

async function hangUp(seat: Seat): Promise<void> {
  await Promise.all(seat.listening.splice(0).map((one) => one.close()));
}
