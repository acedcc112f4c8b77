/** Signs of life of workers: heartbeats, and leaving. @module */
import type { Heartbeat, WorkerRef } from "../../broker.ts";
import { listOf, numberOf, textOf, textsOf } from "./call.ts";
import { idOfField, type Reaping } from "./reaping.ts";
import { heartbeat } from "./scripts.gen.ts";
import type { Sessions } from "./session.ts";
import type { RedisContext, Shard, Shards } from "./shards.ts";
import { longId, shortId } from "./short_id.ts";
import type { Turns } from "./turns.ts";

/** A partition that does not answer a sign of life within this share of the lease is passed over, if others do. */
const PATIENCE = 1 / 6;

/** What a partition was asked. */
interface Asked {
  readonly ids: readonly string[];
  readonly beat: Promise<Heartbeat>;
}

/** Keeps leases alive, and ends them. */
export class Attendance {
  readonly #context: RedisContext;
  readonly #shards: Shards;
  readonly #sessions: Sessions;
  readonly #reaping: Reaping;
  readonly #turns: Turns;

  constructor(context: RedisContext, shards: Shards, sessions: Sessions, reaping: Reaping, turns: Turns) {
    this.#context = context;
    this.#shards = shards;
    this.#sessions = sessions;
    this.#reaping = reaping;
    this.#turns = turns;
  }

  /** Renews the lease in every partition where the worker holds something, or all when it holds nothing. */
  async heartbeat(worker: WorkerRef, holding: readonly string[], exactly: boolean): Promise<Heartbeat> {
    const groups = this.#shards.group(holding, (id) => id);
    const shards = exactly || groups.size === 0 ? this.#shards.all : [...groups.keys()];
    const asked = shards.map((shard) => {
      const ids = groups.get(shard) ?? [];
      return { ids, beat: this.#beat(worker, shard, ids, exactly) };
    });
    if (exactly || asked.length === 1) return this.#joined(await Promise.all(asked.map(({ beat }) => beat)), []);
    return await this.#reachable(asked, worker.lease * PATIENCE);
  }

  /**
   * What those partitions say that answer in time, and the ids of the others: one node that is away, perhaps without
   * refusing anything, must not keep the leases on the other nodes from being renewed. Fails where none answers.
   */
  async #reachable(asked: readonly Asked[], patience: number): Promise<Heartbeat> {
    const done = new AbortController();
    const late = this.#context.clock.sleep(patience, done.signal).then(() => undefined);
    const answers = await Promise.allSettled(asked.map(({ beat }) => Promise.race([beat, late])));
    done.abort();
    const beats = answers.flatMap((it) => it.status === "fulfilled" && it.value ? [it.value] : []);
    if (beats.length === 0) return this.#joined(await Promise.all(asked.map(({ beat }) => beat)), []);
    const missed = asked.flatMap(({ ids }, i) => {
      const answer = answers[i];
      return answer?.status === "fulfilled" && answer.value ? [] : ids;
    });
    return this.#joined(beats, missed);
  }

  /** The signs of life in several partitions as one. */
  #joined(beats: readonly Heartbeat[], missed: readonly string[]): Heartbeat {
    const gone = beats.filter(({ lost }) => lost);
    const lostIds = gone.flatMap(({ lostIds = [] }) => lostIds);
    return {
      lost: gone.length > 0,
      ...(gone.length > 0 && this.#shards.all.length > 1 && { lostIds }),
      ...(missed.length > 0 && { missed }),
      revoked: beats.flatMap(({ revoked }) => revoked),
    };
  }

  async #beat(worker: WorkerRef, shard: Shard, ids: readonly string[], exactly: boolean): Promise<Heartbeat> {
    const session = this.#sessions.of(worker);
    const seat = session.seat(shard.index);
    const now = this.#context.clock.now();
    const lease = String(Math.ceil(worker.lease));
    const args = [session.listed, lease, ...ids.map(shortId)];
    const full = [session.listed, `${lease}!`, ...args.slice(2)];
    const options = { what: "renew the lease", repeatable: true, full };
    const answer = await shard.run(heartbeat, [shard.keys.workers, shard.keys.revoked], args, options);
    const [status, ended, marked] = listOf(answer);
    const revoked = listOf(marked).map((place) => ids[numberOf(place) - 1] ?? "");
    const dead = textsOf(ended).filter((listed) => listed !== session.listed);
    if (dead.length > 0) await this.#reaping.reap(shard, dead, [...seat.parked]);
    seat.lookedAt = now;
    if (textOf(status) === "renewed") {
      seat.leaseEnds = now + worker.lease;
      if (exactly) await this.#giveBackBeyond(worker, shard, ids);
      return { lost: false, revoked };
    }
    return { lost: await this.#end(worker, shard, textOf(status)) || ids.length > 0, lostIds: ids, revoked };
  }

  /** Lets go of all that a worker held whose lease has run out; tells whether that was anything. */
  async #end(worker: WorkerRef, shard: Shard, status: string): Promise<boolean> {
    const session = this.#sessions.of(worker);
    session.seat(shard.index).leaseEnds = -Infinity;
    for (const id of session.held.keys()) if (this.#shards.of(id) === shard) session.held.delete(id);
    if (status !== "ended") return false;
    const held = await this.#reaping.holding(shard, worker.incarnation);
    await this.#reaping.reap(shard, [session.listed], [...session.seat(shard.index).parked]);
    return held.length > 0;
  }

  /** Gives back what was handed to a worker in an answer that never came. */
  async #giveBackBeyond(worker: WorkerRef, shard: Shard, ids: readonly string[]): Promise<void> {
    const known = new Set(ids.map(shortId));
    const beyond = (await this.#reaping.holding(shard, worker.incarnation)).filter((it) => !known.has(idOfField(it)));
    if (beyond.length === 0) return;
    const deliveries = beyond.toSorted().map((field) => {
      return { id: longId(idOfField(field)), deliveries: Number(field.slice(-2)) };
    });
    await this.#turns.take(worker, deliveries.map((delivery) => ({ kind: "released", delivery })), undefined);
  }

  /** Ends the worker's lease. */
  async leave(worker: WorkerRef): Promise<void> {
    await Promise.all(this.#shards.all.map((shard) => this.#reaping.leave(shard, worker)));
    this.#sessions.delete(worker);
  }
}
