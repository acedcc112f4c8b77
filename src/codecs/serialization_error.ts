/** The error of a value that cannot be sent: it names every place, what stands there, and what to do. @module */
import type { FoundFlag } from "./kinds.ts";

/** A place in a value that keeps it from being sent. */
export interface Refusal {
  readonly path: string;
  readonly kind: FoundFlag[1];
  /** What to do about it. */
  readonly advice: string;
}

/** More refusals than these stand in the error's field alone. */
const MOST_TOLD = 50;

/** A value that cannot be sent, by the policy in force or by any. */
export class SerializationError extends TypeError {
  override readonly name: string = "SerializationError";
  /** Every place that is in the way. */
  readonly refusals: readonly Refusal[];

  constructor(root: string, must: string, refusals: readonly Refusal[], cause?: unknown) {
    const told = refusals.slice(0, MOST_TOLD).map(({ path, kind, advice }) => `${path} is ${kind} (${advice})`);
    const more = refusals.length - told.length;
    super(
      `Cannot send ${root === "" ? "a value" : root} as ${must}: ${told.join("; ")}${
        more > 0 ? `; and ${more} more` : ""
      }`,
      cause === undefined ? undefined : { cause },
    );
    this.refusals = refusals;
  }
}
