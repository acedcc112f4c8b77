/** Reading one field for each id, out of the hashes of their buckets. @module */
import { groupBy } from "../../base/group_by.ts";
import type { Shard, Shards } from "./shards.ts";
import { bucketOf, fieldOf, shortId } from "./short_id.ts";

/** The values of ids in the hashes that `keyOf` names, with one command for each. */
export async function bucketFields(
  shards: Shards,
  ids: readonly string[],
  keyOf: (shard: Shard, bucket: string) => string,
  what: string,
): Promise<(string | null)[]> {
  const values = new Map<string, string | null>();
  const reads = [...shards.group(ids, (id) => id)].flatMap(([shard, group]) => {
    const buckets = groupBy(new Set(group.map(shortId)), bucketOf);
    return [...buckets].map(async ([bucket, shorts]) => {
      const found = await shard.fields(keyOf(shard, bucket), shorts.map(fieldOf), what);
      shorts.forEach((short, i) => values.set(short, found[i] ?? null));
    });
  });
  await Promise.all(reads);
  return ids.map((id) => values.get(shortId(id)) ?? null);
}
