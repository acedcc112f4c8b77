/** Marks tasks so that they will not run. @module */
import { groupBy } from "../../base/group_by.ts";
import { isId } from "../../base/ids.ts";
import { revoke } from "./scripts.gen.ts";
import type { Shards } from "./shards.ts";
import { bucketOf, shortUuid } from "./short_id.ts";

/** Marks those of these tasks that are not over. What is no UUID is no task. */
export async function revokeTasks(shards: Shards, ids: readonly string[]): Promise<void> {
  const groups = shards.group([...new Set(ids)].filter(isId), (id) => id);
  await Promise.all([...groups].map(async ([shard, group]) => {
    const { keys } = shard;
    const buckets = [...groupBy(group.map(shortUuid), bucketOf)];
    const list = [keys.revoked, keys.kept, keys.over, ...buckets.map(([bucket]) => keys.marks(bucket))];
    const args = [...buckets.map(([, shorts]) => String(shorts.length)), "ids"];
    for (const [, shorts] of buckets) args.push(...shorts);
    await shard.run(revoke, list, args, { what: "revoke tasks", repeatable: true });
  }));
}
