/** References: what stands in a message for a value that is kept in a blob store. @module */
import * as z from "zod/mini";
import { type FieldChecker, fieldChecker, list } from "./fields.ts";

/** A step into a value: a key of an object, or an index of an array. */
export type PathStep = string | number;

/** What stands in a message for a value that is kept elsewhere. */
export interface Reference {
  /** Names it in its blob store. What stands before the slash is the id of the task that it was stored for. */
  readonly key: string;
  /** What it is, such as `File` or `Uint8Array`; `value` for all of what the message carries. */
  readonly kind: string;
  /** Its length in bytes. */
  readonly size: number;
  /** A checksum over its bytes, see `codecs/checksum.ts`. */
  readonly sum: string;
  /** Where it stands in the value; absent within a `Map` and the like, where the value itself says so. */
  readonly at?: readonly PathStep[] | undefined;
  /** The encoding of its bytes, where they are no plain content. */
  readonly enc?: string | undefined;
  /** Its media type. */
  readonly type?: string | undefined;
  /** The name of a file. */
  readonly name?: string | undefined;
  /** When a file was last changed, in milliseconds since the Unix epoch. */
  readonly modified?: number | undefined;
}

const checkReference: FieldChecker<Reference> = fieldChecker(({ text, number }) => {
  const at = list(z.custom((step) => typeof step === "string" || typeof step === "number"));
  return { key: text, kind: text, size: number, sum: text, at, enc: text, type: text, name: text, modified: number };
}, ["key", "kind", "size", "sum"]);

/** Tells whether something is a list of references. Unknown fields pass. */
export function areReferences(raw: unknown): raw is readonly Reference[] {
  return Array.isArray(raw) && raw.every((it) => checkReference(it));
}
