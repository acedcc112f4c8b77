/**
 * Checks a record by its schema, field by field, and only the fields that are there.
 *
 * Records travel with most of their fields left out. A whole-object parse of zod/mini visits every field of the schema
 * and copies the record: 3.5 us for a message of four fields, against 0.5 us here, with the same verdict.
 *
 * @module
 */
import * as z from "zod/mini";

/** Tells whether a record has the form of its schema; `failed` names the first field that has not. */
export interface FieldChecker<T> {
  (raw: unknown): raw is T;
  failed(raw: Readonly<Record<string, unknown>>): string;
}

/** A checker of the fields of `shape`; `required` are those that must be there. */
export function fieldChecker<T>(
  shape: Readonly<Record<string, z.ZodMiniType>>,
  required: readonly string[],
): FieldChecker<T> {
  const schemas = new Map(Object.entries(shape));
  const failed = (raw: Readonly<Record<string, unknown>>): string => {
    for (const key of required) if (raw[key] === undefined) return key;
    for (const key in raw) {
      const schema = schemas.get(key);
      if (schema !== undefined && !z.safeParse(schema, raw[key]).success) return key;
    }
    return "";
  };
  const check = (raw: unknown): raw is T =>
    typeof raw === "object" && raw !== null && failed(raw as Record<string, unknown>) === "";
  return Object.assign(check, { failed });
}
