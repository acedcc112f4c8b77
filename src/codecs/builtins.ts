/** Knows JavaScript's own objects from all others, those of other realms too, and reads what is in them. @module */
import { Ref } from "../protocol/ref.ts";
import type { RefusedKind, RichContent, RichKind, StoredKind, ViewName } from "./kinds.ts";

/** What reads a value that is held by another, at the place where it stands. */
export interface Visitor {
  /** The trees of a list of values; `part` names the list in paths, such as `values` in `prices.values()[0]`. */
  items(values: Iterable<unknown>, part: string): unknown[];
  /** The tree of an object's own field. */
  field(owner: object, key: string): unknown;
}

/** An object of JavaScript's own, read. */
export interface Builtin {
  readonly kind: RichKind | StoredKind;
  readonly content: RichContent;
}

type Reader = (value: object, visitor: Visitor) => RichContent | RefusedKind | undefined;

/** A getter of a built-in class as a function: it takes instances of every realm, and throws on what is none. */
function getterOf(owner: object, key: PropertyKey): (value: object) => unknown {
  const get = Object.getOwnPropertyDescriptor(owner, key)?.get;
  return (value) => get?.call(value);
}

const TypedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
const viewName = getterOf(TypedArray, Symbol.toStringTag);
const regExpSource = getterOf(RegExp.prototype, "source");
const regExpFlags = getterOf(RegExp.prototype, "flags");
const bufferLength = getterOf(ArrayBuffer.prototype, "byteLength");

/** By the name of the class, so that instances of another realm's are found too. */
const READERS: Readonly<Record<string, Reader>> = {
  Date: (value) => ({ form: "date", time: Date.prototype.getTime.call(value) }),
  Map: (value, visitor) => {
    const entries: [unknown, unknown][] = [...Map.prototype.entries.call(value)];
    const keys = visitor.items(entries.map(([key]) => key), "keys");
    const values = visitor.items(entries.map(([, item]) => item), "values");
    return { form: "map", items: keys.flatMap((key, index) => [key, values[index]]) };
  },
  Set: (value, visitor) => ({ form: "set", items: visitor.items(Set.prototype.values.call(value), "values") }),
  RegExp: (value) => ({ form: "regexp", source: String(regExpSource(value)), flags: String(regExpFlags(value)) }),
  ArrayBuffer: (value) => {
    bufferLength(value);
    const bytes = bytesOf(value as ArrayBuffer);
    return bytes === undefined ? "detached buffer" : { form: "buffer", bytes };
  },
  SharedArrayBuffer: () => "SharedArrayBuffer",
  URL: (value) => value instanceof URL ? { form: "url", href: value.href } : undefined,
  ReadableStream: (value) => value instanceof ReadableStream ? refContent(Ref.of(value)) : undefined,
};

/**
 * What a value is among JavaScript's own objects, with its content, or what forbids to send it; undefined when it is
 * none of them. An instance of a subclass is none, but of views, errors and blobs: it would come back without what the
 * subclass adds.
 */
export function readBuiltin(value: object, visitor: Visitor): Builtin | RefusedKind | undefined {
  if (ArrayBuffer.isView(value)) return readView(value);
  if (isError(value)) return { kind: "Error", content: readError(value, visitor) };
  if (value instanceof Ref) return refOf(value);
  if (value instanceof Blob) {
    return { kind: value instanceof File ? "File" : "Blob", content: { form: "ref", ref: Ref.of(value) } };
  }
  const name = className(value);
  const read = Object.hasOwn(READERS, name) ? readAs(name, value, visitor) : undefined;
  return typeof read === "object" ? { kind: name as RichKind | StoredKind, content: read } : read;
}

function refOf(ref: Ref): Builtin | RefusedKind {
  const content = refContent(ref);
  return typeof content === "string" ? content : { kind: "Ref", content };
}

function refContent(ref: Ref): RichContent | RefusedKind {
  return ref.value instanceof ReadableStream && ref.value.locked ? "locked stream" : { form: "ref", ref };
}

/** Reads a value by its class's name. What only has the name, such as a user's own class `Map`, makes the reader throw. */
function readAs(name: string, value: object, visitor: Visitor): RichContent | RefusedKind | undefined {
  try {
    return READERS[name]?.(value, visitor);
  } catch {
    return undefined;
  }
}

/** A view as its built-in kind, whatever its subclass: Node's `Buffer` is a `Uint8Array`. */
function readView(value: ArrayBufferView): Builtin | RefusedKind {
  const kind = (viewName(value) ?? "DataView") as ViewName;
  const bytes = viewBytes(value);
  return bytes === undefined ? "detached buffer" : { kind, content: { form: "view", name: kind, bytes } };
}

/** The bytes of a view; undefined when its buffer was transferred away or has shrunk under it. */
function viewBytes(value: ArrayBufferView): Uint8Array | undefined {
  try {
    return bytesOf(value.buffer, value.byteOffset, value.byteLength);
  } catch {
    return undefined;
  }
}

/** Bytes of a buffer; a copy of those of a shared one, which another thread may be writing. */
function bytesOf(buffer: ArrayBufferLike, offset?: number, length?: number): Uint8Array | undefined {
  try {
    const bytes = new Uint8Array(buffer, offset, length);
    return className(buffer) === "SharedArrayBuffer" ? bytes.slice() : bytes;
  } catch {
    return undefined;
  }
}

/** The name of an object's class, empty where it has none. */
export function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null) return "";
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof constructor === "function" ? constructor.name : "";
}

function isError(value: object): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

/** The error classes that an error comes back as an instance of. */
export const ERROR_CLASSES: readonly string[] = [
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
];

/** Fields that errors have without their being enumerable. */
const ERROR_FIELDS = ["name", "message", "stack", "cause", "errors"];

function readError(error: object, visitor: Visitor): RichContent {
  const fields: Record<string, unknown> = {};
  for (const key of ERROR_FIELDS) {
    if (key === "name" || Object.hasOwn(error, key)) fields[key] = visitor.field(error, key);
  }
  for (const key of Object.keys(error)) {
    if (!Object.hasOwn(fields, key)) fields[key] = visitor.field(error, key);
  }
  return { form: "error", base: errorClass(error), fields };
}

/** The built-in class that an error is an instance of. */
function errorClass(error: object): string {
  for (let at: unknown = error; typeof at === "object" && at !== null; at = Object.getPrototypeOf(at)) {
    const name = className(at);
    if (ERROR_CLASSES.includes(name)) return name;
  }
  return "Error";
}
