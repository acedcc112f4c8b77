/** Reading, noting and forgetting what is known of ids. @module */
import { groupBy } from "../../base/group_by.ts";
import type { StoredResult } from "../../broker.ts";
import { bucketFields } from "./bucket_fields.ts";
import type { Retention } from "./retention.ts";
import { forget, note } from "./scripts.gen.ts";
import type { Shard, Shards } from "./shards.ts";
import { bucketOf, fieldOf, shortId } from "./short_id.ts";

/** An id with its short form. */
interface Named {
  readonly id: string;
  readonly short: string;
}

/** Reads and writes results. */
export class Results {
  readonly #shards: Shards;
  readonly #retention: Retention;

  constructor(shards: Shards, retention: Retention) {
    this.#shards = shards;
    this.#retention = retention;
  }

  /** What is known of ids: one command for all of a bucket, and one more for old ids that nothing else tells of. */
  async read(ids: readonly string[]): Promise<readonly (StoredResult | null)[]> {
    const marks = await bucketFields(this.#shards, ids, (shard, bucket) => shard.keys.marks(bucket), "read results");
    const old = ids.filter((id, i) => marks[i] === null && this.#retention.isAged(id));
    const kept = old.length === 0 ? new Set<string>() : await this.#waiting(old);
    return marks.map((mark, i) => mark === null && kept.has(ids[i] ?? "") ? { kind: "queued" } : readMark(mark));
  }

  /** Which of these ids are kept as waiting. */
  async #waiting(ids: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    await Promise.all([...this.#shards.group(ids, (id) => id)].map(async ([shard, group]) => {
      const values = await shard.fields(shard.keys.kept, group.map(shortId), "read results");
      group.forEach((id, i) => values[i] === "Q" && found.add(id));
    }));
    return found;
  }

  /** Writes notes. */
  async note(notes: readonly { readonly id: string; readonly text: string }[]): Promise<void> {
    await this.#eachShard(notes, async (shard, named) => {
      const buckets = [...groupBy(named, ({ short }) => bucketOf(short))];
      const marks = buckets.map(([bucket]) => shard.keys.marks(bucket));
      const keys = [...marks, ...buckets.map(([bucket]) => shard.keys.watchers(bucket))];
      const args = [String(buckets.length)];
      buckets.forEach(([, list], i) => args.push(String(list.length), this.#retention.timeFor(marks[i] ?? "")));
      for (const [, list] of buckets) for (const it of list) args.push(fieldOf(it.short), it.short, it.text);
      await shard.run(note, keys, args, { what: "write a note", repeatable: true });
    });
  }

  /** Forgets results. */
  async forget(ids: readonly string[]): Promise<void> {
    await this.#eachShard(ids.map((id) => ({ id })), async (shard, named) => {
      const buckets = [...groupBy(named, ({ short }) => bucketOf(short))];
      const keys = [shard.keys.kept, ...buckets.map(([bucket]) => shard.keys.marks(bucket))];
      keys.push(...buckets.map(([bucket]) => shard.keys.watchers(bucket)));
      const args = [String(buckets.length), ...buckets.map(([, list]) => String(list.length))];
      for (const [, list] of buckets) for (const { short } of list) args.push(fieldOf(short), short);
      await shard.run(forget, keys, args, { what: "forget results", repeatable: true });
    });
  }

  /** One call for each partition, the last of several things of one id counting. */
  async #eachShard<T extends { readonly id: string }>(
    things: readonly T[],
    call: (shard: Shard, named: (T & Named)[]) => Promise<void>,
  ): Promise<void> {
    const last = [...new Map(things.map((thing) => [thing.id, thing])).values()];
    await Promise.all([...this.#shards.group(last, ({ id }) => id)].map(([shard, group]) => {
      return call(shard, group.map((thing) => ({ ...thing, short: shortId(thing.id) })));
    }));
  }
}

/** What a mark says: see `scripts/lib/marks.lua`. */
function readMark(mark: string | null): StoredResult | null {
  switch (mark?.[0]) {
    case "Q":
    case "H":
    case "E":
    case "B":
      return { kind: "queued" };
    case "q":
    case "h":
    case "e":
    case "b":
    case "N":
      return { kind: "note", text: mark.slice(1) };
    case "F":
      return { kind: "final", text: mark.slice(1) };
    default:
      return null;
  }
}
