/** A value as it travels: JSON as it is, or a text in a named encoding, with flags for what JSON could not carry. @module */
import { type Fields, type Kinds, list, schema } from "./fields.ts";
import type { Reference } from "./reference.ts";

/** Where in a value something was found that JSON cannot carry, and what it was: `["args[0].born", "Date"]`. */
export type Flag = readonly [path: string, kind: string];

/** A value as it travels and is stored. */
export interface Encoded {
  /** The value itself where JSON can carry it; otherwise a text in the encoding that `enc` names. Absent for undefined. */
  readonly data?: unknown;
  /** The encoding of a text in `data`; plain JSON when absent. */
  readonly enc?: string | undefined;
  /** What JSON could not carry, and where. */
  readonly flags?: readonly Flag[] | undefined;
  /** What is kept elsewhere of it; with the encoding `stored`, the last one is the whole value. */
  readonly refs?: readonly Reference[] | undefined;
}

/**
 * The fields of {@link Encoded}, to be spread into the shapes of records that hold a value. References are checked by
 * who follows them: a producer without a blob store does without the code for it.
 */
export function encodedFields({ text }: Kinds): Fields {
  const place = schema((raw) =>
    Array.isArray(raw) && raw.length === 2 && raw.every((word) => typeof word === "string")
  );
  return { enc: text, flags: list(place) };
}
