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
  const values = new Array<string | null>(ids.length).fill(null);
  const reads = [...shards.group(ids, (id) => id)].flatMap(([shard, group]) => {
    const buckets = groupBy(group, ({ thing }) => bucketOf(shortId(thing)));
    return [...buckets].map(async ([bucket, members]) => {
      const fields = members.map(({ thing }) => fieldOf(shortId(thing)));
      const found = await shard.fields(keyOf(shard, bucket), fields, what);
      members.forEach(({ place }, i) => values[place] = found[i] ?? null);
    });
  });
  await Promise.all(reads);
  return values;
}
