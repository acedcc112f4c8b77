/** What a claim asks of the scripts, and what it brings. @module */
import type { Claim, ClaimRequest, Delivery, WorkerRef } from "../../broker.ts";
import { type Answer, listOf, numberOf, textsOf } from "./call.ts";
import type { Keys } from "./keys.ts";
import { DELIVERY_LENGTH, readDelivery } from "./letter_text.ts";
import type { Seat, Session } from "./session.ts";

/** A part of a script call: its keys and its arguments. */
export interface CallPart {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** What one claim of one worker in one partition is about. */
export interface ClaimContext {
  readonly keys: Keys;
  readonly partition: number;
  readonly session: Session;
  readonly seat: Seat;
  readonly worker: WorkerRef;
  readonly now: number;
  /** Whether the claim parks the worker where it has hands free: it listened when it was made. */
  readonly parks: boolean;
}

/** The claiming part of a turn that claims nothing. */
export function noClaim({ keys, session, worker }: ClaimContext): CallPart {
  return {
    keys: [keys.revoked, keys.paused, keys.workers, keys.flight(worker.incarnation)],
    args: ["0", "0", "", "", "", "", session.listed, ""],
  };
}

/** The claiming part of a turn. */
export function claimPart(context: ClaimContext, { queues, max }: ClaimRequest): CallPart {
  const { keys, partition, session, seat, worker, now, parks } = context;
  const lease = seat.needsLease(worker.lease, now) ? String(Math.ceil(worker.lease)) : "";
  const look = seat.needsLook(worker.lease, now) ? "look" : "";
  const channel = parks ? session.channelOf(partition) : "";
  const parking = [channel, seat.parking(queues)];
  return {
    keys: claimKeys(keys, worker.incarnation, queues),
    args: [String(queues.length), String(max), lease, look, ...parking, session.listed, keys.common, ...queues],
  };
}

function claimKeys(keys: Keys, incarnation: string, queues: readonly string[]): string[] {
  const list = [keys.revoked, keys.paused];
  for (const queue of queues) list.push(keys.delayed(queue));
  for (const queue of queues) list.push(...keys.lanes(queue));
  list.push(keys.workers);
  for (const queue of queues) list.push(keys.idle(queue));
  list.push(keys.flight(incarnation));
  return list;
}

/** What a turn answered. */
export interface TurnAnswer {
  /** The places of the outcomes that were lost, counted from one. */
  readonly lost: readonly number[];
  readonly claim: Claim;
  /** The workers whose lease has run out; where there are any, nothing was claimed. */
  readonly dead: readonly string[];
}

/** Reads a turn's answer, and notes in the session what it means. */
export function readTurn(answer: Answer, context: ClaimContext, request: ClaimRequest | undefined): TurnAnswer {
  const [lost, due, dead, marked, ...batches] = listOf(answer);
  const deliveries = request ? readBatches(batches, request.queues, context.session, textsOf(marked)) : [];
  const claim = due === null ? { deliveries } : { deliveries, nextDue: numberOf(due) };
  const turn = { lost: listOf(lost).map(numberOf), claim, dead: textsOf(dead) };
  if (request && turn.dead.length === 0) learn(context, request, claim);
  return turn;
}

/** What the claim did besides: it renewed the lease, looked for the dead, parked the worker or took it away. */
function learn({ session, seat, worker, now, parks }: ClaimContext, { queues, max }: ClaimRequest, claim: Claim): void {
  if (seat.needsLook(worker.lease, now)) seat.lookedAt = now;
  if (seat.needsLease(worker.lease, now) && claim.deliveries.length > 0) seat.leaseEnds = now + worker.lease;
  seat.hinted = claim.deliveries.length === max;
  const dueBefore = seat.dueAt;
  seat.dueAt = claim.nextDue === undefined ? Infinity : now + claim.nextDue;
  // A wait that is under way, while the worker claims what its own tasks have sent, has to end sooner then.
  if (seat.dueAt < dueBefore) session.bell.stir();
  const unwoken = session.overslept && claim.deliveries.length > 0;
  session.overslept = false;
  // Then it is not sure that it is parked at all: its next wait parks it anew.
  if (unwoken) seat.parked.clear();
  if (!parks || unwoken) return;
  if (claim.deliveries.length < max) queues.forEach((queue) => seat.parked.add(queue));
  else queues.forEach((queue) => seat.parked.delete(queue));
}

function readBatches(
  batches: readonly Answer[],
  queues: readonly string[],
  session: Session,
  marked: readonly string[],
): Delivery[] {
  const deliveries: Delivery[] = [];
  for (let i = 0; i < batches.length; i += 2) {
    const lane = numberOf(batches[i]) - 1;
    const [queue, priority] = [queues[Math.floor(lane / 10)] ?? "", 9 - lane % 10];
    for (const letter of textsOf(batches[i + 1])) {
      const field = letter.slice(0, DELIVERY_LENGTH);
      const delivery = readDelivery(letter, queue, priority);
      session.hold(delivery.id, field, queue, priority);
      deliveries.push(marked.length === 0 ? delivery : mark(delivery, field, marked));
    }
  }
  return deliveries;
}

function mark(delivery: Delivery, field: string, marked: readonly string[]): Delivery {
  return {
    ...delivery,
    ...(marked.includes(`expired ${field}`) && { expired: true as const }),
    ...(marked.includes(`revoked ${field}`) && { revoked: true as const }),
  };
}
