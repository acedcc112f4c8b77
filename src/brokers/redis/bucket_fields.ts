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
  const shorts = ids.map(shortId);
  const values = new Array<string | null>(ids.length).fill(null);
  const reads = [...shards.group([...ids.keys()], (at) => ids[at] ?? "")].flatMap(([shard, group]) => {
    const buckets = groupBy(group, (at) => bucketOf(shorts[at] ?? ""));
    return [...buckets].map(async ([bucket, places]) => {
      const fields = places.map((at) => fieldOf(shorts[at] ?? ""));
      const found = await shard.fields(keyOf(shard, bucket), fields, what);
      places.forEach((at, i) => values[at] = found[i] ?? null);
    });
  });
  await Promise.all(reads);
  return values;
}
