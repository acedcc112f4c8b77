/** What workflows keep for steps to come: held letters, and what has arrived at gates. @module */
import { bucketFields } from "./bucket_fields.ts";
import { textsOf } from "./call.ts";
import { arrivals } from "./scripts.gen.ts";
import type { Shards } from "./shards.ts";

/** The texts of held letters. */
export async function readHeld(shards: Shards, ids: readonly string[]): Promise<readonly (string | null)[]> {
  const letters = await bucketFields(shards, ids, ({ keys }, bucket) => keys.held(bucket), "read held letters");
  return letters.map((letter) => letter === null ? null : letter.slice(letter.indexOf("\n") + 1));
}

/** What has arrived at a gate, in the order of the indices. */
export async function readArrivals(shards: Shards, gate: string): Promise<readonly string[]> {
  const shard = shards.of(gate);
  const options = { what: "read arrivals", repeatable: true };
  const flat = textsOf(await shard.run(arrivals, [shard.keys.gate(gate)], [], options));
  const values: [number, string][] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const value = flat[i + 1] ?? "";
    if (value.startsWith("=")) values.push([Number(flat[i]), value.slice(1)]);
  }
  return values.sort(([a], [b]) => a - b).map(([, value]) => value);
}
