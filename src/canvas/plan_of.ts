/** Makes the plan of a signature. @module */
import { newId, slotOf } from "../base/ids.ts";
import type { SignatureTree } from "../protocol/signature.ts";
import { fixedId, fixedSlot } from "./fixed_id.ts";
import { endsInGroup, type Placement, type Plan, type PlanEnv } from "./plan.ts";
import { type Part, Planner } from "./planner.ts";
import { errorsOf, WHOLE } from "./scope.ts";

/**
 * The plan of a signature, or of one that takes the place of a task.
 *
 * All ids are derived from that of its result, so sending the same signature with the same id twice sends it once.
 */
export function planOf(tree: SignatureTree, env: PlanEnv, place?: Placement): Plan {
  const id = place?.id ?? fixedId(tree) ?? newId(fixedSlot(tree));
  // A task may be replaced again and again: each time the ids are others.
  const seed = place ? newId(slotOf(id)) : id;
  const planner = new Planner(seed, env);
  const { entries, result } = place ? placed(planner, tree, place) : planner.part(tree, { next: [] }, WHOLE, id);
  for (const entry of entries) entry.head = true;
  const { tasks, gates, given } = planner;
  return { id, seed, root: entries[0]?.id, tasks, gates, result, given };
}

function placed(planner: Planner, tree: SignatureTree, place: Placement): Part {
  const scope = { ...WHOLE, errors: errorsOf(place) };
  return endsInGroup(tree)
    ? planner.part(tree, { next: [planner.end(place, scope)] }, scope)
    : planner.part(tree, place.after, scope, place.id);
}
