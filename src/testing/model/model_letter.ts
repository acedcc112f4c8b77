/** What the model believes of a letter, and what follows from it for the order. @module */

import type { Letter } from "../../broker.ts";

/** A moment that is known to lie between two times; with a clock in our hand the two are the same. */
export interface Span {
  readonly early: number;
  readonly late: number;
}

/**
 * Where a letter is: held for a hop; waiting, for its time or for a worker; active, in a worker's hands; in limbo, as its
 * worker's lease has ended and nobody may have noticed; dead; or over.
 */
export type Place = "held" | "waiting" | "active" | "limbo" | "dead" | "over";

/** What the model believes of a letter. */
export interface ModelLetter {
  readonly id: string;
  letter: Letter;
  queue: string;
  priority: number;
  input?: string;
  gate?: string;
  place: Place;
  /** The incarnation that holds it, while it is active or in limbo. */
  owner?: string;
  deliveries: number;
  revoked: boolean;
  /** A worker has said that it begins. */
  begun: boolean;
  /** A delivery of it was ended for good, with a result or without. */
  ended: boolean;
  due?: Span;
  expires?: Span;
  /** It came back from a worker: it stands before all that did not. */
  front: boolean;
  /** Between which ticks of the model it became ready: a broker may notice late that a letter has become due. */
  readyFrom: number;
  readyTo: number;
}

/** Whether a letter's time may have come, or certainly has. */
export function isDue({ due }: ModelLetter, now: Span): { readonly maybe: boolean; readonly surely: boolean } {
  return { maybe: !due || due.early <= now.late, surely: !due || due.late <= now.early };
}

/** Whether the first of two letters of one queue must be served before the second. */
export function precedes(a: ModelLetter, b: ModelLetter): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.front || b.front) return a.front && !b.front;
  if (a.due && b.due && a.due.late < b.due.early) return true;
  return a.readyTo < b.readyFrom;
}
