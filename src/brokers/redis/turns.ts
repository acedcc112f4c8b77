/** Turns of workers: settling and claiming in one call for each partition. @module */
import type { Claim, ClaimRequest, Delivery, Outcome, Settlement, WorkerRef } from "../../broker.ts";
import { claimPart, noClaim, readTurn, type TurnAnswer } from "./claiming.ts";
import type { Reaping } from "./reaping.ts";
import type { Registry } from "./registry.ts";
import type { Retention } from "./retention.ts";
import type { Session, Sessions } from "./session.ts";
import { fieldOfDelivery, needsOrigin, settleCall } from "./settling.ts";
import type { RedisContext, Shard, Shards } from "./shards.ts";

/** An outcome with its place among all that are settled together. */
interface Placed {
  readonly thing: Outcome;
  readonly place: number;
}

/** What {@link Turns} work with. */
export interface TurnsParams {
  readonly context: RedisContext;
  readonly shards: Shards;
  readonly sessions: Sessions;
  readonly retention: Retention;
  readonly reaping: Reaping;
  readonly registry: Registry;
}

/** Settles and claims. */
export class Turns {
  readonly #context: RedisContext;
  readonly #shards: Shards;
  readonly #sessions: Sessions;
  readonly #retention: Retention;
  readonly #reaping: Reaping;
  readonly #registry: Registry;

  constructor({ context, shards, sessions, retention, reaping, registry }: TurnsParams) {
    this.#context = context;
    this.#shards = shards;
    this.#sessions = sessions;
    this.#retention = retention;
    this.#reaping = reaping;
    this.#registry = registry;
  }

  /** Settles outcomes, in each partition by itself, and claims at most `request.max` letters of all. */
  async take(
    worker: WorkerRef,
    outcomes: readonly Outcome[],
    request: ClaimRequest | undefined,
  ): Promise<{ settlements: readonly Settlement[]; claim: Claim }> {
    const session = this.#sessions.of(worker);
    const settlements = new Array<Settlement>(outcomes.length).fill("settled");
    const groups = this.#shards.group(outcomes, ({ delivery }) => delivery.id);
    const wanted = request && { max: request.max, queues: rotated([...new Set(request.queues)], session.turn++) };
    if (!wanted || wanted.max === 0 || wanted.queues.length === 0) {
      await Promise.all([...groups].map(([shard, group]) => this.#settle(worker, shard, group, settlements)));
      return { settlements, claim: { deliveries: [] } };
    }
    session.bell.hush();
    // Whoever serves a queue registers it; nobody has to wait for that.
    if (this.#registry.note(wanted.queues).length > 0) this.#registry.register().catch(() => {});
    return { settlements, claim: await this.#claim(worker, session, groups, wanted, settlements) };
  }

  async #settle(worker: WorkerRef, shard: Shard, group: readonly Placed[], settlements: Settlement[]): Promise<void> {
    await this.#turn(worker, shard, group, undefined, settlements);
  }

  /** Claims from one partition after another until there is enough; the next claim begins with the next partition. */
  async #claim(
    worker: WorkerRef,
    session: Session,
    groups: Map<Shard, Placed[]>,
    request: ClaimRequest,
    settlements: Settlement[],
  ): Promise<Claim> {
    const deliveries: Delivery[] = [];
    let nextDue: number | undefined;
    const shards = rotated(this.#shards.all, session.turn);
    for (const shard of shards) {
      const room = request.max - deliveries.length;
      const group = groups.get(shard) ?? [];
      if (room <= 0 && group.length === 0) continue;
      const wanted = room > 0 ? { queues: request.queues, max: room } : undefined;
      const claim = await this.#turn(worker, shard, group, wanted, settlements);
      deliveries.push(...claim.deliveries);
      nextDue = earliest(nextDue, claim.nextDue);
    }
    return nextDue === undefined ? { deliveries } : { deliveries, nextDue };
  }

  /** One call to one partition; a second one where letters of dead workers have come back first. */
  async #turn(
    worker: WorkerRef,
    shard: Shard,
    group: readonly Placed[],
    request: ClaimRequest | undefined,
    settlements: Settlement[],
  ): Promise<Claim> {
    const session = this.#sessions.of(worker);
    const sent = await this.#sendable(worker, shard, group, settlements);
    if (sent.length === 0 && group.length > 0 && !request) return { deliveries: [] };
    const answer = await this.#call(worker, shard, session, sent, request);
    for (const place of answer.lost) settlements[sent[place]?.place ?? -1] = "lost";
    for (const { thing } of sent) session.origins.delete(fieldOfDelivery(thing.delivery));
    if (answer.dead.length === 0 || !request) return answer.claim;
    await this.#reaping.reap(shard, answer.dead, request.queues);
    session.seat(shard.index).lookedAt = this.#context.clock.now();
    return (await this.#call(worker, shard, session, [], request)).claim;
  }

  /** The outcomes that have to be sent: each delivery ends once, and where some came from has to be looked up. */
  async #sendable(
    worker: WorkerRef,
    shard: Shard,
    group: readonly Placed[],
    settlements: Settlement[],
  ): Promise<readonly Placed[]> {
    const { origins } = this.#sessions.of(worker);
    const unknown = group.filter(({ thing }) => needsOrigin(thing) && !origins.has(fieldOfDelivery(thing.delivery)));
    if (unknown.length > 0) {
      await this.#reaping.lookUp(shard, worker, unknown.map(({ thing }) => fieldOfDelivery(thing.delivery)));
    }
    const seen = new Set<string>();
    return group.filter(({ thing, place }) => {
      const field = fieldOfDelivery(thing.delivery);
      const sane = !seen.has(field) && (!needsOrigin(thing) || origins.has(field));
      seen.add(field);
      if (!sane) settlements[place] = "lost";
      return sane;
    });
  }

  async #call(
    worker: WorkerRef,
    shard: Shard,
    session: Session,
    group: readonly Placed[],
    request: ClaimRequest | undefined,
  ): Promise<TurnAnswer> {
    const { keys } = shard;
    const claim = { keys, session, seat: session.seat(shard.index), worker, now: this.#context.clock.now() };
    const settle = { keys, retention: this.#retention, incarnation: worker.incarnation, origins: session.origins };
    const part = request ? claimPart(claim, request) : noClaim(claim);
    const { script, order, ...call } = settleCall(settle, group.map(({ thing }) => thing), part);
    const what = group.length === 0 ? "claim" : request ? "settle and claim" : "settle";
    try {
      const answer = await shard.run(script, call.keys, call.args, { what, repeatable: false });
      const turn = readTurn(answer, claim, request);
      return { ...turn, lost: turn.lost.map((place) => order[place - 1] ?? -1) };
    } catch (error) {
      session.doubt();
      this.#retention.reset();
      throw error;
    }
  }
}

/** The list, beginning with another item each time. */
function rotated<T>(list: readonly T[], turn: number): readonly T[] {
  if (list.length < 2) return list;
  const from = turn % list.length;
  return [...list.slice(from), ...list.slice(0, from)];
}

/** The earlier of two times, where there are any. */
export function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}
