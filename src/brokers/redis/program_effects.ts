/** Effects as a program, and the partition they live in. @module */
import type { Effects } from "../../broker.ts";
import type { Keys } from "./keys.ts";
import { Program } from "./program.ts";
import type { Retention } from "./retention.ts";
import type { Shard, Shards } from "./shards.ts";

/** The program of a publish: first the letters; the rest only where one of them is new. */
export function effectsProgram(
  keys: Keys,
  retention: Retention,
  effects: Effects,
  unregistered: readonly string[],
): Program {
  const program = new Program(keys, retention);
  addLetters(program, effects);
  program.steps.push("rest");
  unregistered.forEach((queue) => program.enlist(queue));
  addRest(program, effects);
  return program;
}

/** Adds all that an outcome does besides. */
export function addEffects(program: Program, effects: Effects): void {
  addLetters(program, effects);
  addRest(program, effects);
}

function addLetters(program: Program, { publish = [] }: Effects): void {
  for (const letter of publish) program.letter(letter);
}

/** In the order of the seam. */
function addRest(program: Program, effects: Effects): void {
  if (effects.hold?.length) program.hold(effects.hold);
  effects.rehold?.forEach((letter) => program.rehold(letter));
  effects.gates?.forEach((gate) => program.gate(gate));
  effects.send?.forEach(({ hop, input }) => program.send(hop, input));
  effects.arrive?.forEach((arrival) => program.arrive(arrival));
  effects.finish?.forEach(({ id, result }) => program.finish(id, result));
  effects.drop?.forEach((id) => program.drop(id));
  effects.close?.forEach((gate) => program.close(gate));
}

/**
 * The partition that effects live in.
 *
 * @throws {RangeError} when they lie in several: one step cannot reach over two
 */
export function homeOf(effects: Effects, shards: Shards): Shard {
  const homes = new Set(idsOf(effects).map((id) => shards.of(id)));
  const [home] = homes;
  if (home && homes.size === 1) return home;
  throw new RangeError(
    `Cannot publish as all ids of one step must end in the same slot: current value is ${homes.size} partitions`,
  );
}

function idsOf(effects: Effects): string[] {
  const { publish = [], hold = [], rehold = [], gates = [], send = [] } = effects;
  const { arrive = [], finish = [], drop = [], close = [] } = effects;
  const named = [...publish, ...hold, ...rehold, ...gates, ...send.map(({ hop }) => hop), ...finish].map(({ id }) =>
    id
  );
  return [...named, ...arrive.flatMap(({ gate, hop }) => [gate, hop.id]), ...drop, ...close];
}

/** The queues that letters go to. */
export function queuesOf({ publish = [], send = [], arrive = [] }: Effects): string[] {
  const hops = [...send, ...arrive].map(({ hop }) => hop);
  return [...new Set([...publish, ...hops].map(({ queue }) => queue))];
}
