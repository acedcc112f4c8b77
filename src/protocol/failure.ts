/** The failure: an error of a task as it is stored, and as every reader sees it. @module */
import * as z from "zod/mini";
import type { $ZodCustom, $ZodType } from "zod/v4/core";
import { type FieldChecker, fieldChecker, record, schema } from "./fields.ts";

/** An error as it is stored with a result. */
export interface Failure {
  /** The name of the error's class. */
  readonly name: string;
  readonly message: string;
  /** Where it came from, when the error said so. */
  readonly stack?: string | undefined;
  readonly cause?: Failure | undefined;
  /** The error's own enumerable fields, as far as JSON can carry them. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** The task that failed, where a failure was passed on from one task to another. */
  readonly task?: { readonly id: string; readonly name: string } | undefined;
}

const isFailure: FieldChecker<Failure> = fieldChecker(({ text }) => {
  const task = record({ id: text, name: text });
  return { name: text, message: text, stack: text, cause: failureField(), fields: record({}), task };
}, ["name", "message"]);

/** The schema of a field that holds a {@link Failure}. */
export function failureField(): $ZodCustom {
  return schema(isFailure);
}

/** The schema of a {@link Failure}, for the contracts of errbacks. */
export const failureSchema: $ZodType<Failure, Failure> = /* @__PURE__ */ z.custom<Failure>(isFailure);

/** Causes are followed this deep, so that a chain of causes cannot grow a result without bound. */
const DEEPEST_CAUSE = 8;

/** What of a thrown value is stored. Anything can be thrown; what is no error becomes one named `NonError`. */
export function failureOf(thrown: unknown, depth = 0): Failure {
  if (!(thrown instanceof Error)) return { name: "NonError", message: describeThrown(thrown) };
  const fields = ownFields(thrown);
  const cause = thrown.cause === undefined || depth >= DEEPEST_CAUSE ? undefined : failureOf(thrown.cause, depth + 1);
  return {
    name: thrown.name,
    message: thrown.message,
    ...(thrown.stack === undefined ? {} : { stack: thrown.stack }),
    ...(cause === undefined ? {} : { cause }),
    ...(fields === undefined ? {} : { fields }),
  };
}

function describeThrown(thrown: unknown): string {
  return typeof thrown === "string" ? thrown : `a thrown ${thrown === null ? "null" : typeof thrown}`;
}

const STANDARD = new Set(["name", "message", "stack", "cause"]);

function ownFields(error: Error): Record<string, unknown> | undefined {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (STANDARD.has(key) || key === "__proto__" || typeof value === "function") continue;
    try {
      const text = JSON.stringify(value);
      if (text !== undefined) fields[key] = JSON.parse(text);
    } catch {
      // A field that JSON cannot carry is left out: the error itself matters more.
    }
  }
  return Object.keys(fields).length > 0 ? fields : undefined;
}
