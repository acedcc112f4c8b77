/** Turns of workers: settling and claiming in one call for each partition. @module */
import type { Claim, ClaimRequest, Outcome, Settlement, WorkerRef } from "../../broker.ts";
import { claimPart, noClaim, readTurn, type TurnAnswer } from "./claiming.ts";
import { type Ending, endingOf, needsOrigin } from "./ending.ts";
import type { Reaping } from "./reaping.ts";
import type { Registry } from "./registry.ts";
import type { Retention } from "./retention.ts";
import { claimEverywhere } from "./spread_claim.ts";
import type { Waiting } from "./waiting.ts";
import type { Session, Sessions } from "./session.ts";
import { settleCall } from "./settling.ts";
import type { RedisContext, Shard, Shards } from "./shards.ts";

/** What is settled together, and what becomes of it. */
interface Batch {
  readonly worker: WorkerRef;
  readonly session: Session;
  readonly settlements: Settlement[];
}

/** What {@link Turns} work with. */
export interface TurnsParams {
  readonly context: RedisContext;
  readonly shards: Shards;
  readonly sessions: Sessions;
  readonly retention: Retention;
  readonly reaping: Reaping;
  readonly registry: Registry;
  readonly waiting: Waiting;
}

/** Settles and claims. */
export class Turns {
  readonly #context: RedisContext;
  readonly #shards: Shards;
  readonly #sessions: Sessions;
  readonly #retention: Retention;
  readonly #reaping: Reaping;
  readonly #registry: Registry;
  readonly #waiting: Waiting;

  constructor({ context, shards, sessions, retention, reaping, registry, waiting }: TurnsParams) {
    this.#context = context;
    this.#shards = shards;
    this.#sessions = sessions;
    this.#retention = retention;
    this.#reaping = reaping;
    this.#registry = registry;
    this.#waiting = waiting;
  }

  /** Settles outcomes, in each partition by itself, and claims at most `request.max` letters of all. */
  async take(
    worker: WorkerRef,
    outcomes: readonly Outcome[],
    request: ClaimRequest | undefined,
  ): Promise<{ settlements: readonly Settlement[]; claim: Claim }> {
    const session = this.#sessions.of(worker);
    const batch: Batch = { worker, session, settlements: new Array<Settlement>(outcomes.length).fill("settled") };
    const groups = this.#shards.group(
      outcomes.map((outcome, place) => endingOf(outcome, place, session)),
      ({ outcome }) => outcome.delivery.id,
    );
    const queues = request && rotated(distinct(request.queues), session.turn++);
    if (!queues || request.max === 0 || queues.length === 0) {
      await Promise.all([...groups].map(([shard, group]) => this.#turn(batch, shard, group, undefined)));
      return { settlements: batch.settlements, claim: { deliveries: [] } };
    }
    session.bell.hush();
    // Whoever serves a queue registers it; nobody has to wait for that.
    if (this.#registry.note(queues).length > 0) this.#registry.register().catch(() => {});
    const claim = await this.#claim(batch, groups, { queues, max: request.max });
    return { settlements: batch.settlements, claim };
  }

  /** Claims from all partitions together what is asked for; each claim begins with another one. */
  async #claim(
    batch: Batch,
    groups: ReadonlyMap<Shard, readonly Ending[]>,
    request: ClaimRequest,
  ): Promise<Claim> {
    const [only] = this.#shards.all;
    if (only && this.#shards.all.length === 1) return await this.#turn(batch, only, groups.get(only) ?? [], request);
    const { session } = batch;
    const left = new Map(groups);
    const claim = await claimEverywhere({
      shards: rotated(this.#shards.all, session.turn),
      request,
      settling: new Set(groups.keys()),
      isHinted: ({ index }) => session.seat(index).hinted,
      mayHave: async (shard) => {
        const { leases, letters } = await this.#waiting.look(shard, request.queues);
        return letters || leases && session.seat(shard.index).needsLook(batch.worker.lease, this.#context.clock.now());
      },
      turn: (shard, wanted) => {
        // One that is asked again has settled the first time.
        const group = left.get(shard) ?? [];
        left.delete(shard);
        return this.#turn(batch, shard, group, wanted);
      },
    });
    if (claim.deliveries.length === request.max) this.#waiting.unpark(session, request.queues).catch(() => {});
    return claim;
  }

  /** One call to one partition; a second one where letters of dead workers have come back first. */
  async #turn(
    batch: Batch,
    shard: Shard,
    group: readonly Ending[],
    request: ClaimRequest | undefined,
  ): Promise<Claim> {
    const unknown = group.some(({ outcome, held }) => !held && needsOrigin(outcome));
    const sent = sendable(batch, unknown ? await this.#lookUp(batch, shard, group) : group);
    if (sent.length === 0 && !request) return { deliveries: [] };
    const answer = await this.#call(batch, shard, sent, request);
    if (answer.dead.length === 0 || !request) return answer.claim;
    await this.#reaping.reap(shard, answer.dead, request.queues);
    batch.session.seat(shard.index).lookedAt = this.#context.clock.now();
    return (await this.#call(batch, shard, [], request)).claim;
  }

  /** Looks up where deliveries came from that this process did not hand out. */
  async #lookUp({ worker, session }: Batch, shard: Shard, group: readonly Ending[]): Promise<readonly Ending[]> {
    const unknown = group.filter(({ outcome, held }) => !held && needsOrigin(outcome));
    await this.#reaping.lookUp(shard, worker, unknown.map(({ outcome }) => outcome.delivery));
    return group.map(({ outcome, place }) => endingOf(outcome, place, session));
  }

  async #call(
    { worker, session, settlements }: Batch,
    shard: Shard,
    endings: readonly Ending[],
    request: ClaimRequest | undefined,
  ): Promise<TurnAnswer> {
    const { keys, index: partition } = shard;
    const seat = session.seat(partition);
    const now = this.#context.clock.now();
    const claim = { keys, partition, session, seat, worker, now, parks: seat.listens };
    const settle = { keys, retention: this.#retention, incarnation: worker.incarnation };
    const part = request ? claimPart(claim, request) : noClaim(claim);
    const { script, order, ...call } = settleCall(settle, endings, part);
    const what = endings.length === 0 ? "claim" : request ? "settle and claim" : "settle";
    try {
      const answer = readTurn(
        await shard.run(script, call.keys, call.args, { what, repeatable: false }),
        claim,
        request,
      );
      for (const place of answer.lost) settlements[order[place - 1]?.place ?? -1] = "lost";
      for (const { outcome, held } of endings) {
        if (outcome.kind !== "begun") session.letGo(outcome.delivery.id, held);
      }
      return answer;
    } catch (error) {
      for (const { held } of endings) if (held) held.ending = false;
      session.doubt();
      this.#retention.reset();
      throw error;
    }
  }
}

/** The outcomes that have to be sent: each delivery ends once, and what nobody holds is lost. */
function sendable({ settlements }: Batch, group: readonly Ending[]): readonly Ending[] {
  const strange = new Set<string>();
  return group.filter(({ outcome, field, place, held }) => {
    const sane = held ? !held.ending : !strange.has(field) && !needsOrigin(outcome);
    if (outcome.kind !== "begun") {
      if (held) held.ending = true;
      else strange.add(field);
    }
    if (!sane) settlements[place] = "lost";
    return sane;
  });
}

function distinct(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...new Set(names)];
}

/** The list, beginning with another item each time. */
function rotated<T>(list: readonly T[], turn: number): readonly T[] {
  if (list.length < 2) return list;
  const from = turn % list.length;
  return [...list.slice(from), ...list.slice(0, from)];
}
