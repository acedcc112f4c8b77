/** The kinds of values that JSON cannot carry, and the form in which the serializer's steps hand them on. @module */
import type { Ref } from "../protocol/ref.ts";

/** A view of bytes that JavaScript has. */
export type ViewName =
  | "Int8Array"
  | "Uint8Array"
  | "Uint8ClampedArray"
  | "Int16Array"
  | "Uint16Array"
  | "Int32Array"
  | "Uint32Array"
  | "Float16Array"
  | "Float32Array"
  | "Float64Array"
  | "BigInt64Array"
  | "BigUint64Array"
  | "DataView";

/** What MessagePack carries where JSON cannot. */
export type RichKind =
  | "undefined"
  | "NaN"
  | "Infinity"
  | "-Infinity"
  | "-0"
  | "bigint"
  | "Date"
  | "Map"
  | "Set"
  | "URL"
  | "RegExp"
  | "Error"
  | "sparse array"
  | "ArrayBuffer"
  | ViewName
  | `class ${string}`;

/** What has to be read from somewhere else, so only a reference to it can travel; `Ref` is one already, or is to become one. */
export type StoredKind = "Blob" | "File" | "ReadableStream" | "Ref";

/** What cannot travel at all. */
export type RefusedKind =
  | "function"
  | "symbol"
  | "cycle"
  | "__proto__ key"
  | "unreadable"
  | "detached buffer"
  | "SharedArrayBuffer"
  | "locked stream"
  | "too deep"
  | "too sparse"
  | `instance of ${string}`;

/**
 * What was found in a value that JSON cannot carry. A string with a `lone surrogate` is told too, though the escapes of
 * JSON carry it: other readers of the text, and every step that makes UTF-8 of it, would not.
 */
export type FlagKind = RichKind | StoredKind | RefusedKind | "lone surrogate";

/** A found value: where, and what. */
export type FoundFlag = readonly [path: string, kind: FlagKind];

/** Trees that a value holds, to be replaced in place by later steps. */
export type Trees = unknown[];

/** The content of a value that JSON cannot carry; what it holds are trees again. */
export type RichContent =
  | { readonly form: "undefined" }
  | { readonly form: "number"; readonly value: number }
  | { readonly form: "bigint"; readonly value: bigint }
  | { readonly form: "date"; readonly time: number }
  /** Keys and values in turn. */
  | { readonly form: "map"; readonly items: Trees }
  | { readonly form: "set"; readonly items: Trees }
  | { readonly form: "url"; readonly href: string }
  | { readonly form: "regexp"; readonly source: string; readonly flags: string }
  | { readonly form: "error"; readonly base: string; readonly fields: Record<string, unknown> }
  /** Indices and values in turn. */
  | { readonly form: "sparse"; readonly length: number; readonly items: Trees }
  | { readonly form: "buffer"; readonly bytes: Uint8Array }
  | { readonly form: "view"; readonly name: ViewName; readonly bytes: Uint8Array }
  /** What the codec gave, as the only item. */
  | { readonly form: "class"; readonly name: string; readonly items: Trees }
  | { readonly form: "ref"; readonly ref: Ref }
  /** A reference by its number in the message. */
  | { readonly form: "reference"; readonly number: number };

/** A value that JSON cannot carry, at its place in the tree that a survey makes of a value. */
export class RichValue {
  readonly kind: RichKind | StoredKind;
  readonly content: RichContent;

  constructor(kind: RichKind | StoredKind, content: RichContent) {
    this.kind = kind;
    this.content = content;
  }
}
