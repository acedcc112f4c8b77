/** The wave: what a task's end without a value means for those that follow it. @module */
import { type Failure, failureField } from "./failure.ts";
import { type FieldChecker, fieldChecker, record } from "./fields.ts";

/** How a task ended without a value, on its way to those that wait for one. */
export interface Wave {
  /** The state that those who follow get. */
  readonly state: "FAILURE" | "REVOKED" | "IGNORED";
  /** The task that it came from. */
  readonly from: { readonly id: string; readonly name: string };
  /** None of a task that was ignored. */
  readonly failure?: Failure | undefined;
  /** It has left a chord whose member failed: whoever gets it first is the body, whose errbacks are called. */
  readonly body?: boolean | undefined;
  /** How many chords it has entered from outside: their bodies are later steps, not bodies of a chord that failed. */
  readonly depth?: number | undefined;
  /** Errbacks are not called: it comes from a message that nobody trusts, and such a one makes nothing run. */
  readonly quiet?: boolean | undefined;
}

const isWave: FieldChecker<{ readonly failed: Wave }> = fieldChecker(({ text, number, flag }) => {
  const from = record({ id: text, name: text });
  const shape = { state: text, from, failure: failureField(), body: flag, depth: number, quiet: flag };
  return { failed: record(shape, ["failure", "body", "depth", "quiet"]) };
}, ["failed"]);

/** A wave as the input of a relay. */
export function encodeWave(wave: Wave): string {
  return JSON.stringify({ failed: wave });
}

/** The wave of an input; undefined when the input is a value. */
export function waveOf(input: unknown): Wave | undefined {
  return isWave(input) ? input.failed : undefined;
}
