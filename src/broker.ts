/**
 * The broker seam: what keeps messages, leases, schedules, workflows' waiting steps and results.
 *
 * A broker never looks into a text it is handed. It sees a {@link Letter}: where a message goes, when it may run, and
 * opaque text. So every rule of Umbel above (schemas, serializer, retries, workflows) is written once, and a broker is a
 * store with a clock. All verbs are batched, and each settles its whole batch or none of it; input that is not sane (see
 * `brokers/checks.ts`) is refused before anything of its batch takes effect.
 *
 * @module
 */

import type { Effects, Letter } from "./letter.ts";

export type { Arrival, Effects, Gate, Hop, Letter, Moment, Room } from "./letter.ts";

/** Who claims: one run of one worker process. */
export interface WorkerRef {
  /** Unique to this run of the process: a restarted worker is another. */
  readonly incarnation: string;
  /** The name people know it by, such as `worker1@host`. */
  readonly name: string;
  /** How long its deliveries stay its own without a sign of life, in milliseconds. */
  readonly lease: number;
}

/** What a worker asks for. */
export interface ClaimRequest {
  /** Served in this order; a queue that has more does not starve the next (brokers rotate the first one). */
  readonly queues: readonly string[];
  readonly max: number;
}

/** A letter in a worker's hands. */
export interface Delivery {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
  readonly text: string;
  /** How often it has been handed out, this time included; with the incarnation it is the fencing token. */
  readonly deliveries: number;
  /** What a predecessor sent along, or the gate whose arrivals are the input. */
  readonly input?: string;
  readonly gate?: string;
  /** It was claimed after its expiry: it must not run. */
  readonly expired?: true;
  /** It was revoked: it must not run. */
  readonly revoked?: true;
  /** Its worker had said that it begins, and was lost or gave it back: it must not run again. */
  readonly begun?: true;
  /**
   * What stands before the broker, such as a seal, does not trust it: it must not run, and is to be buried. With `trusted`
   * its text is genuine, and only what came with it is not. Without, the text may end what follows it and do nothing else.
   */
  readonly refused?: { readonly error: Error; readonly reason: string; readonly trusted?: boolean };
}

/** What a claim brought. */
export interface Claim {
  readonly deliveries: readonly Delivery[];
  /** Milliseconds until the next letter of these queues becomes due, where one is waiting. */
  readonly nextDue?: number;
}

/** The delivery that an outcome is about. */
export interface DeliveryRef {
  readonly id: string;
  readonly deliveries: number;
}

/** What a worker says of a delivery. A closed union: each kind but `begun` is an end of this delivery. */
export type Outcome =
  /** Over: the result is kept. Without one, the id stays known as queued: the task goes on elsewhere, or tells later. */
  | { readonly kind: "done"; readonly delivery: DeliveryRef; readonly result?: string; readonly effects?: Effects }
  /** Over and buried: as done, and the letter with its input goes to the dead letters under a reason. */
  | {
    readonly kind: "buried";
    readonly delivery: DeliveryRef;
    readonly reason: string;
    readonly result?: string;
    readonly effects?: Effects;
  }
  /**
   * Again later: the letter (the same id) comes back with another text, and with its old input or gate; it keeps its
   * old expiry where the new letter has none. Deliveries are counted anew. A `note` is kept as the task's note.
   */
  | {
    readonly kind: "again";
    readonly delivery: DeliveryRef;
    readonly letter: Letter;
    readonly note?: string;
  }
  /**
   * Given back as if it had not been handed out: first in its queue, this delivery not counted. Several that are given
   * back at once come in the order in which they had been handed out.
   */
  | { readonly kind: "released"; readonly delivery: DeliveryRef }
  /**
   * It stays the worker's, and from now on counts as begun: for tasks that must not run twice, before they run. Should its
   * worker be lost, or give it back, it is handed out as `begun`. It may be said again; what comes of an `again` or is
   * revived has not begun.
   */
  | { readonly kind: "begun"; readonly delivery: DeliveryRef };

/** Whether an outcome took effect, or came from a worker that no longer owned the delivery. */
export type Settlement = "settled" | "lost";

/** What a sign of life brought back. */
export interface Heartbeat {
  /**
   * The worker's lease had run out before: what it held may be in other hands now. A worker that has no lease and holds
   * nothing has lost nothing.
   */
  readonly lost: boolean;
  /** Which ids that is true of, where it is not all: a broker of several parts has a lease in each. */
  readonly lostIds?: readonly string[];
  /** Ids that lie where the broker could not be reached: their lease was not renewed, and that of the others was. */
  readonly missed?: readonly string[];
  /** Which of the ids it holds were revoked. */
  readonly revoked: readonly string[];
}

/**
 * What a broker knows of an id: that its letter is held, waits or is in a worker's hands; a note on a task under way; or
 * a final result. Null when it knows none.
 */
export type StoredResult =
  | { readonly kind: "queued" }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "final"; readonly text: string };

/** An open watch on results. */
export interface Watch {
  close(): Promise<void>;
}

/** A queue's figures. */
export interface QueueInfo {
  readonly name: string;
  /** Letters that may run now. */
  readonly ready: number;
  /** Letters that wait for their time. */
  readonly delayed: number;
  /** Letters in workers' hands. */
  readonly active: number;
  readonly dead: number;
  readonly paused: boolean;
}

/** A letter seen from outside, without being claimed. */
export interface PeekedLetter {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
  readonly text: string;
  readonly input?: string;
  readonly gate?: string;
  /** Stands for this letter as it is now: another one under the same id has another version. */
  readonly version: string;
  readonly state: "ready" | "delayed";
  /** When it is due, in milliseconds since the Unix epoch, for a delayed one. */
  readonly due?: number;
  /** As of a delivery: its text, or its input, is not to be trusted. */
  readonly refused?: Delivery["refused"];
}

/** The end of a letter that waits. */
export interface Withdrawal {
  readonly id: string;
  /**
   * That of the letter as it was seen: a task may have run meanwhile, and another letter wait under its id. Without one,
   * whatever waits under it.
   */
  readonly version?: string;
  readonly result?: string;
  readonly effects?: Effects;
}

/** A letter among the dead. */
export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
  readonly text: string;
  readonly input?: string;
  readonly gate?: string;
  readonly reason: string;
  /** When it was buried, in milliseconds since the Unix epoch. */
  readonly at: number;
}

/** A worker that holds a lease now. */
export interface WorkerInfo {
  readonly incarnation: string;
  readonly name: string;
  /** Deliveries it holds. */
  readonly active: number;
  /** Milliseconds until its lease ends. */
  readonly leaseLeft: number;
}

/** Keeps letters until they are claimed, and leases until they are settled. */
export interface LetterStore {
  /**
   * Takes letters in, with all that belongs to them, or none. Tells of each letter whether it was new. Where there are
   * letters and none of them is new, this is a publish that is repeated, and nothing else of it takes effect either:
   * otherwise a request that is sent twice would make its gates grow.
   */
  publish(effects: Effects): Promise<readonly ("created" | "duplicate")[]>;
  /**
   * Hands out what may run: promotes what has become due, in the order of their times, takes back to the front of their
   * queues what dead workers held, and marks what has expired or was revoked. A claim that hands something out gives or
   * renews the worker's lease. One with a `max` of 0 hands out nothing.
   */
  claim(worker: WorkerRef, request: ClaimRequest): Promise<Claim>;
  /**
   * Ends deliveries. Each outcome takes effect whole, or not at all when its delivery is no longer the worker's. What
   * comes after the lease has ended, but before anybody took the letters back, may count or not.
   */
  settle(worker: WorkerRef, outcomes: readonly Outcome[]): Promise<readonly Settlement[]>;
  /** Settles, then claims, in one round trip. */
  settleAndClaim(
    worker: WorkerRef,
    outcomes: readonly Outcome[],
    request: ClaimRequest,
  ): Promise<{ readonly settlements: readonly Settlement[]; readonly claim: Claim }>;
  /**
   * Renews every lease of the worker at once; `holding` are the ids it works on. A broker of several parts that reaches
   * some of them renews those, and tells of the ids in the others. With `exactly`, what the broker has handed to this
   * worker beyond those ids goes back to the front of its queue, unburned: its answer must have been lost. That fails
   * where any part cannot be reached.
   */
  heartbeat(
    worker: WorkerRef,
    holding: readonly string[],
    options?: { readonly exactly?: boolean },
  ): Promise<Heartbeat>;
  /**
   * Sleeps until there may be something to claim in these queues, at most `atMost` milliseconds, or until the signal.
   * Waking up for nothing is allowed, sleeping over a letter is not; only the end of another worker's lease may be slept
   * over, so `atMost` bounds how late a dead worker is noticed.
   */
  wait(worker: WorkerRef, queues: readonly string[], atMost: number, signal: AbortSignal): Promise<void>;
  /** Ends the worker's lease: what it still holds goes back to the front of its queue, this delivery counted. */
  leave(worker: WorkerRef): Promise<void>;
  /** The texts of held letters, null for one that is no longer held. */
  held(ids: readonly string[]): Promise<readonly (string | null)[]>;
  /** All that has arrived at a gate, in the order of the indices; none at a gate that was closed or never was. */
  arrivals(gate: string): Promise<readonly string[]>;
}

/** Keeps results, for a time. The first final result of an id stays: neither a later one nor a note takes its place. */
export interface ResultStore {
  read(ids: readonly string[]): Promise<readonly (StoredResult | null)[]>;
  /**
   * Writes a note on ids that have no final result, such as progress; or a record of an id that is no task, such as a
   * group. A note is kept as long as a result, from when it was written last.
   */
  note(notes: readonly { readonly id: string; readonly text: string }[]): Promise<void>;
  /** Forgets results; a task that still waits or runs is not touched, but what comes of it later is kept as usual. */
  forget(ids: readonly string[]): Promise<void>;
  /** Calls back with an id whenever its result or note may have changed, until closed. It may call for nothing. */
  watch(ids: readonly string[], changed: (id: string) => void): Promise<Watch>;
}

/** Shows and steers what is in the queues. */
export interface QueueControl {
  queues(): Promise<readonly QueueInfo[]>;
  /** The first letters of a queue: ready ones in the order they would be served, then delayed ones by time. */
  peek(queue: string, limit: number): Promise<readonly PeekedLetter[]>;
  /**
   * Ends letters of a queue that wait, ready or delayed, as a settle ends a delivery that is done: each whole, with its
   * result and its effects, or not at all where it does not wait there any more as it was seen. Letters are looked for
   * where `peek` shows so many: one that stands behind others may be answered as lost. A purge is made of this: only who reads
   * a letter knows what waits for it.
   */
  withdraw(queue: string, letters: readonly Withdrawal[]): Promise<readonly Settlement[]>;
  /** A paused queue takes letters and hands out none. */
  pause(queue: string): Promise<void>;
  resume(queue: string): Promise<void>;
  /**
   * Marks tasks so that they will not run: a waiting one is handed out as revoked when its time comes, a running one is
   * told at the next heartbeat. The mark stays until the task is over, also through a hop and an `again`.
   */
  revoke(ids: readonly string[]): Promise<void>;
  /** Dead letters of a queue, the newest first. */
  dead(queue: string, limit: number): Promise<readonly DeadLetter[]>;
  /**
   * Puts dead letters back to the end of their queue, with their input, deliveries counted anew and no expiry; tells how
   * many. Their results are forgotten, so that what comes of the new run counts.
   */
  revive(queue: string, ids: readonly string[]): Promise<number>;
  /** Removes dead letters for good, with the gates that were their input; tells how many. Their results stay. */
  discard(queue: string, ids: readonly string[]): Promise<number>;
  workers(): Promise<readonly WorkerInfo[]>;
}

/** Where a broker keeps its things. */
export type BrokerPlace =
  /** In this process, and nowhere else; `within` is the same for all brokers that share it. */
  | { readonly kind: "memory"; readonly within: object }
  /** In a file of this machine. */
  | { readonly kind: "file"; readonly path: string }
  /** In Redis, under a namespace. */
  | { readonly kind: "redis"; readonly namespace: string; readonly runner: ScriptRunner };

/** Runs scripts on the Redis of a broker; who has it must not close it. */
export interface ScriptRunner {
  /** What it leads to, without secrets. */
  readonly description: string;
  /** Runs a script on keys that lie together. */
  run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** `HMGET`: the fields of a hash. */
  fields(key: string, fields: readonly string[]): Promise<readonly (string | null)[]>;
}

/** A Lua script, with the names by which servers know it. */
export interface RedisScript {
  readonly name: string;
  readonly text: string;
  readonly sha: string;
  readonly lockingSha: string;
}

/**
 * A broker. Implementations are in `brokers/`; each passes the conformance suite of `testing/`.
 *
 * Nothing connects or opens before the first call of a verb.
 */
export interface Broker extends LetterStore, ResultStore, QueueControl {
  /** What it is, for banners and reports: no secrets, such as `sqlite ./shop.sqlite`. */
  readonly description: string;
  /**
   * Whether `watch` calls back when something changes. Where it is false, whoever waits for a result polls, with
   * growing pauses.
   */
  readonly pushes: boolean;
  /** Where it keeps its things, so that an app can keep files beside them. Absent where there is no such place. */
  readonly place?: BrokerPlace | undefined;
  /** Lets go of files, connections and timers. Further calls are refused. */
  close(): Promise<void>;
}

/** How a broker keeps results and its other bounds; every broker takes them. */
export interface BrokerOptions {
  /** How long a final result is kept, in milliseconds. @default {86_400_000} */
  readonly resultRetention?: number;
}

/** The default of {@link BrokerOptions.resultRetention}: a day. */
export const RESULT_RETENTION = 86_400_000;
