/** Brings back what workers held that are gone, or that never got it. @module */
import type { DeliveryRef, WorkerRef } from "../../broker.ts";
import { listOf, namesOf, textOf, textsOf } from "./call.ts";
import { DELIVERY_LENGTH, deliveryField } from "./letter_text.ts";
import { flight, reap } from "./scripts.gen.ts";
import type { Sessions } from "./session.ts";
import type { Shard } from "./shards.ts";
import { shortId } from "./short_id.ts";

/** Letters in one call: each is read, counted and pushed. */
const SLICE = 500;

/** How a worker's letters are taken: from a dead one only as long as it stays dead. */
type Manner = "dead" | "leaving";

/** Takes letters back. */
export class Reaping {
  readonly #sessions: Sessions;
  /** All names of queues that this process has heard of: the script has to be given the keys of every queue it meets. */
  readonly #names: () => readonly string[];

  constructor(sessions: Sessions, names: () => readonly string[]) {
    this.#sessions = sessions;
    this.#names = names;
  }

  /** Brings back what dead workers held. */
  async reap(shard: Shard, workers: readonly string[], queues: readonly string[]): Promise<void> {
    for (const listed of workers) await this.#empty(shard, listed, "dead", queues, "");
  }

  /** Brings back what a worker held that leaves, or has lost its lease. */
  async leave(shard: Shard, worker: WorkerRef): Promise<void> {
    const session = this.#sessions.of(worker);
    const seat = session.seat(shard.index);
    const channel = seat.parked.size > 0 ? session.channelOf(shard.index) : "";
    await this.#empty(shard, session.listed, "leaving", [...seat.parked], channel);
  }

  /** The deliveries in a worker's hands. */
  async holding(shard: Shard, incarnation: string): Promise<readonly string[]> {
    const options = { what: "list deliveries", repeatable: true };
    return textsOf(await shard.run(flight, [shard.keys.flight(incarnation)], [], options));
  }

  /** Learns where deliveries of a worker came from that this process did not hand out. */
  async lookUp(shard: Shard, worker: WorkerRef, deliveries: readonly DeliveryRef[]): Promise<void> {
    const session = this.#sessions.of(worker);
    const fields = deliveries.map(({ id, deliveries }) => deliveryField(shortId(id), deliveries));
    const values = await shard.fields(shard.keys.flight(worker.incarnation), fields, "settle");
    deliveries.forEach(({ id }, i) => {
      const value = values[i] ?? "";
      const end = value.indexOf("\n");
      if (end > 0) session.hold(id, fields[i] ?? "", value.slice(1, end), Number(value[0]));
    });
  }

  /** Takes everything, the last letters first: each slice is put before the one that was put back before. */
  async #empty(
    shard: Shard,
    listed: string,
    manner: Manner,
    queues: readonly string[],
    channel: string,
  ): Promise<void> {
    const incarnation = listed.slice(0, listed.indexOf("\n"));
    const names = new Set([...queues, ...this.#names()]);
    const fields = (await this.holding(shard, incarnation)).toSorted();
    do {
      const slice = fields.splice(-SLICE);
      if (!await this.#take(shard, listed, incarnation, manner, names, channel, slice)) return;
    } while (fields.length > 0);
  }

  /** Takes one slice, again where it has letters of queues that were not known; false when the worker lives. */
  async #take(
    shard: Shard,
    listed: string,
    incarnation: string,
    manner: Manner,
    names: Set<string>,
    channel: string,
    fields: readonly string[],
  ): Promise<boolean> {
    const { keys } = shard;
    const queues = [...names];
    const list = [keys.workers, keys.flight(incarnation)];
    for (const queue of queues) list.push(...keys.lanes(queue));
    for (const queue of queues) list.push(keys.idle(queue));
    const args = [listed, manner, channel, String(queues.length), ...queues, ...fields];
    const answer = await shard.run(reap, list, args, { what: "bring letters back", repeatable: true });
    if (answer === "alive") return false;
    const [status, missing] = listOf(answer);
    const more = namesOf(missing);
    if (textOf(status) !== "taken" || more.length === 0) return true;
    for (const name of more) names.add(name);
    return await this.#take(shard, listed, incarnation, manner, names, channel, fields);
  }
}

/** The id in the name of a delivery. */
export function idOfField(field: string): string {
  return field.slice(0, DELIVERY_LENGTH - 2);
}
