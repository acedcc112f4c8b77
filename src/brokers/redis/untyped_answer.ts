/** Answers that came through JSON, or through a client that may have read into them. @module */
import type { Answer } from "./call.ts";

/** An answer as the broker takes it. What scripts answer is such that no client can take it for something else. */
export function untypedAnswer(value: unknown): Answer {
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  if (Array.isArray(value)) return value.map(untypedAnswer);
  throw new TypeError(`Cannot read the answer of Redis as it must be text: current value is ${typeof value}`);
}
