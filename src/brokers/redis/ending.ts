/** Outcomes on their way to the scripts that settle them. @module */
import type { Outcome } from "../../broker.ts";
import type { CallPart } from "./claiming.ts";
import type { Keys } from "./keys.ts";
import { deliveriesOf, deliveryField } from "./letter_text.ts";
import type { Retention } from "./retention.ts";
import type { Script } from "./script.ts";
import type { Held, Session } from "./session.ts";
import { shortId } from "./short_id.ts";

/** A script call. */
export interface ScriptCall extends CallPart {
  readonly script: Script;
  /** The outcomes in the order of the call. */
  readonly order: readonly Ending[];
}

/** What the outcomes of one partition are settled with. */
export interface SettleContext {
  readonly keys: Keys;
  readonly retention: Retention;
  readonly incarnation: string;
}

/** An outcome on its way. */
export interface Ending {
  readonly outcome: Outcome;
  /** Its place among all that are settled together. */
  readonly place: number;
  /** The name of its delivery, by which that stands in its worker's hands. */
  readonly field: string;
  /** What this process knows of its delivery, if it was handed out here. */
  readonly held: Held | undefined;
}

/** An outcome as it goes on its way. */
export function endingOf(outcome: Outcome, place: number, session: Session): Ending {
  const { id, deliveries } = outcome.delivery;
  const known = session.held.get(id);
  const held = known && deliveriesOf(known.field) === deliveries ? known : undefined;
  return { outcome, place, field: held?.field ?? deliveryField(shortId(id), deliveries), held };
}

/** Whether one has to know where its delivery came from to settle it. */
export function needsOrigin({ kind }: Outcome): boolean {
  return kind === "released" || kind === "buried";
}

/** What becomes of the mark of an id when its task ends so. */
export function markOf(outcome: Outcome): string {
  if ("result" in outcome && outcome.result !== undefined) return `F${outcome.result}`;
  return outcome.kind === "buried" ? "B" : "E";
}
