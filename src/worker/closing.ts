/** Closes runs: finds all that follows from their end, before the broker is told of it. @module */
import { backoffDelay } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { deriveId, newId, slotOf } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import type { Broker, Effects } from "../broker.ts";
import type { Placement } from "../canvas/plan.ts";
import type { Lineage } from "../client/workflow.ts";
import { RELAY } from "../protocol/built_in.ts";
import type { MessageGate } from "../protocol/message.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import { follow } from "./follow.ts";
import { HeldReader } from "./held_reader.ts";
import { joined, reheld } from "./join_effects.ts";
import type { End, Run } from "./run.ts";

/** What a {@link Closing} works with. */
export interface ClosingParams {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when the worker has let go of all it held: then an end is of no matter any more. */
  readonly gone: AbortSignal;
  /** The letters and gates of a workflow that takes a place in another. */
  readonly place: (tree: SignatureTree, place: Placement, lineage: Lineage) => Promise<Effects>;
}

/** The end of a run, with what follows from it. */
export interface Closed {
  readonly end: End;
  readonly effects?: Effects | undefined;
}

/** How a broker that fails is asked again. */
const RETRY = { base: 100, max: 10_000 };

/** Members that are added to a chord by one of its members have places of their own behind all others. */
const PLACES = 2 ** 30;

/** Closes runs. */
export class Closing {
  readonly #params: ClosingParams;

  constructor(params: ClosingParams) {
    this.#params = params;
  }

  /** The end of a run and its effects; a promise only where something must be read or planned. */
  close(run: Run): Closed | Promise<Closed> {
    const end = run.end ?? { kind: "ignored" };
    const adds = run.added.length > 0 && end.kind === "succeeded";
    return adds || end.kind === "replaced" ? this.#plan(run, end) : this.#follow(run, end);
  }

  #follow(run: Run, end: End): Closed | Promise<Closed> {
    const { root = run.id, flow = root } = run.message ?? {};
    const reader = new HeldReader(this.#params.broker, flow);
    const effects = follow(run, end, (ids) => this.#patiently(run, () => reader.read(ids)));
    return effects instanceof Promise ? this.#found(end, effects) : { end, effects };
  }

  async #found(end: End, effects: Promise<Effects | undefined>): Promise<Closed> {
    try {
      return { end, effects: await effects };
    } catch (error) {
      if (!this.#params.gone.aborted) throw error;
      return { end: { kind: "released" } };
    }
  }

  /** Reads held letters, for as long as it takes or the worker is there: an end whose rest is unknown must not be settled. */
  async #patiently<T>(run: Run, read: () => Promise<T>): Promise<T> {
    const { clock, log, gone } = this.#params;
    for (let attempt = 0;; attempt++) {
      try {
        return await read();
      } catch (error) {
        if (gone.aborted) throw error;
        log.warn("Cannot read what follows a task; trying again", { id: run.id, error });
        await clock.sleep(backoffDelay(attempt, RETRY), gone);
      }
    }
  }

  /** What a run has asked for is planned. Where that cannot be, the task has failed. */
  async #plan(run: Run, end: End): Promise<Closed> {
    try {
      const added = await Promise.all(run.added.map((tree, index) => this.#member(run, tree, index)));
      if (end.kind === "replaced") return { end, effects: joined([...added, await this.#replacement(run, end.tree)]) };
      const { effects } = await this.#follow(run, end);
      return { end, effects: joined([...added, effects ?? {}]) };
    } catch (error) {
      return await this.#follow(run, { kind: "failed", error });
    }
  }

  async #replacement({ delivery, message, id }: Run, tree: SignatureTree): Promise<Effects> {
    if (message === undefined) return {};
    const { task, next = [], fail = [], gate, group, root = id, flow, parent, ignore, headers } = message;
    const place = { id, task, route: delivery, after: { next, gate, group }, fail };
    const lineage = { root, flow, parent: id, headers, end: { id, parent, ignore } };
    const effects = reheld(await this.#params.place(tree, place, lineage), id);
    return { ...effects, close: delivery.gate === undefined ? [] : [delivery.gate] };
  }

  async #member({ delivery, message, id }: Run, tree: SignatureTree, count: number): Promise<Effects> {
    const { gate, root = id, flow, headers } = message ?? {};
    if (gate === undefined) return {};
    const group = { id: gate.id, index: addedIndex(gate, id, count) };
    const after = { next: [], group, gate: { ...gate, ...group } };
    const place = { id: newId(slotOf(id)), task: RELAY, route: delivery, after, fail: [] };
    const effects = await this.#params.place(tree, place, { root, flow, parent: id, headers });
    return { ...effects, gates: [{ id: gate.id, size: 1, grows: true }, ...effects.gates ?? []] };
  }
}

/** A place that no other member of the chord has: each member has a range of its own. A member that was added has none. */
function addedIndex({ index }: MessageGate, id: string, count: number): number {
  if (index < 2 ** 22) return (index + 1) * PLACES + count;
  return 2 ** 52 + parseInt(deriveId(id, `member ${count}`).slice(24, 34), 16);
}
