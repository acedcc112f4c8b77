/** Ends letters that wait, such as those of a queue that is purged. @module */
import { isId } from "../../base/ids.ts";
import type { Settlement, Withdrawal } from "../../broker.ts";
import { listOf, numberOf } from "./call.ts";
import { Program } from "./program.ts";
import type { Retention } from "./retention.ts";
import { withdraw } from "./scripts.gen.ts";
import { addEnd } from "./settling.ts";
import type { Shard, Shards } from "./shards.ts";
import { shortId } from "./short_id.ts";

interface Placed {
  readonly letter: Withdrawal;
  /** Its place among all that are withdrawn together. */
  readonly place: number;
}

/** Ends letters of a queue that wait, in each partition by itself. */
export async function withdrawLetters(
  shards: Shards,
  retention: Retention,
  queue: string,
  letters: readonly Withdrawal[],
): Promise<readonly Settlement[]> {
  const settlements = new Array<Settlement>(letters.length).fill("lost");
  const placed = letters.map((letter, place) => ({ letter, place })).filter(({ letter }) => isId(letter.id));
  await Promise.all([...shards.group(placed, ({ letter }) => letter.id)].map(async ([shard, group]) => {
    const lost = await withdrawHere(shard, retention, queue, group);
    group.forEach(({ place }, index) => settlements[place] = lost.has(index) ? "lost" : "settled");
  }));
  return settlements;
}

async function withdrawHere(
  shard: Shard,
  retention: Retention,
  queue: string,
  group: readonly Placed[],
): Promise<ReadonlySet<number>> {
  const { keys } = shard;
  const program = new Program(keys, retention);
  for (const { letter: { id, result, effects } } of group) {
    const short = shortId(id);
    const start = program.steps.push("withdraw", short, "") - 1;
    addEnd(program, keys, short, { kind: "done", delivery: { id, deliveries: 0 }, result, effects });
    program.steps[start] = String(program.steps.length - start - 1);
  }
  const args = [
    String(program.keys.length),
    String(group.length),
    ...group.map(({ letter }) => letter.version ?? shortId(letter.id)),
  ];
  const list = [...program.keys, ...keys.lanes(queue), keys.delayed(queue)];
  const options = { what: "withdraw letters", repeatable: false };
  const answer = await shard.run(withdraw, list, [...args, ...program.args()], options);
  return new Set(listOf(answer).map((place) => numberOf(place) - 1));
}
