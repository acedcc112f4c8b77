/** The kinds of values that JSON cannot carry, and the form in which the serializer's steps hand them on. @module */

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

/** What has to be read from somewhere else, so only a reference to it can travel. */
export type StoredKind = "Blob" | "File" | "ReadableStream";

/** What cannot travel at all. */
export type RefusedKind =
  | "function"
  | "symbol"
  | "cycle"
  | "__proto__ key"
  | "unreadable"
  | "detached buffer"
  | "SharedArrayBuffer"
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

/** The content of a value that JSON cannot carry; what it holds is a tree again. */
export type RichContent =
  | { readonly form: "undefined" }
  | { readonly form: "number"; readonly value: number }
  | { readonly form: "bigint"; readonly value: bigint }
  | { readonly form: "date"; readonly time: number }
  /** Keys and values in turn. */
  | { readonly form: "map"; readonly items: readonly unknown[] }
  | { readonly form: "set"; readonly items: readonly unknown[] }
  | { readonly form: "url"; readonly href: string }
  | { readonly form: "regexp"; readonly source: string; readonly flags: string }
  | { readonly form: "error"; readonly base: string; readonly fields: Readonly<Record<string, unknown>> }
  /** Indices and values in turn. */
  | { readonly form: "sparse"; readonly length: number; readonly items: readonly unknown[] }
  | { readonly form: "buffer"; readonly bytes: Uint8Array }
  | { readonly form: "view"; readonly name: ViewName; readonly bytes: Uint8Array }
  | { readonly form: "class"; readonly name: string; readonly data: unknown }
  | { readonly form: "blob"; readonly blob: Blob }
  | { readonly form: "stream"; readonly stream: ReadableStream };

/** A value that JSON cannot carry, at its place in the tree that a survey makes of a value. */
export class RichValue {
  readonly kind: RichKind | StoredKind;
  readonly content: RichContent;

  constructor(kind: RichKind | StoredKind, content: RichContent) {
    this.kind = kind;
    this.content = content;
  }
}
