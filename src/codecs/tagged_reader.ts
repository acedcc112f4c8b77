/** Turns a tree that MessagePack carried back into the value it was made of, see `tags.ts`. @module */
import { ERROR_CLASSES } from "./builtins.ts";
import { DecodeError } from "./decode_error.ts";
import { LONGEST_SPARSE } from "./survey.ts";
import { ODD_NUMBERS, TAGS } from "./tags.ts";
import { viewOf } from "./views.ts";

/** What knows the values that only this process can build. */
export interface Reviver {
  /** An instance of the class that a codec names. */
  instance(name: string, data: unknown): unknown;
  /** What stands for a reference, by its number. */
  reference(number: number): unknown;
}

/**
 * Builds in place the value that a tree stands for. The tree may come from anybody.
 *
 * @throws {DecodeError} when it is not of the form that a writer gives it
 */
export function fromTagged(tree: unknown, reviver: Reviver): unknown {
  if (typeof tree !== "object" || tree === null) return tree;
  if (Array.isArray(tree)) return fromArray(tree, reviver);
  if (tree instanceof Uint8Array) throw malformed("bytes without a tag");
  const record = tree as Record<string, unknown>;
  for (const key of Object.keys(record)) record[key] = fromTagged(record[key], reviver);
  return record;
}

function fromArray(items: unknown[], reviver: Reviver): unknown {
  const [tag] = items;
  if (tag instanceof Uint8Array) return fromTag(tag, items, reviver);
  for (let index = 0; index < items.length; index++) items[index] = fromTagged(items[index], reviver);
  return items;
}

function fromTag(tag: Uint8Array, items: unknown[], reviver: Reviver): unknown {
  const read = tag.length === 1 ? READERS.get(tag[0] ?? 0) : undefined;
  if (read === undefined) throw malformed("an unknown tag");
  return read(items, reviver);
}

type Reader = (items: unknown[], reviver: Reviver) => unknown;

/** By tag: what builds a value of the items, the first of which is the tag. */
const READERS: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [TAGS.undefined, () => undefined],
  [TAGS.number, ([, index]) => ODD_NUMBERS[numberOf(index)] ?? fail("an unknown number")],
  [TAGS.date, ([, time]) => new Date(time === null ? NaN : numberOf(time))],
  [TAGS.bigint, ([, digits]) => bigintOf(textOf(digits))],
  [TAGS.map, (items, reviver) => new Map(pairs(items, 1, reviver))],
  [TAGS.set, (items, reviver) => new Set(items.slice(1).map((item) => fromTagged(item, reviver)))],
  [TAGS.url, ([, href]) => attempt("a URL", () => new URL(textOf(href)))],
  [
    TAGS.regexp,
    ([, source, flags], reviver) =>
      attempt("a RegExp", () => new RegExp(textOf(fromTagged(source, reviver)), textOf(flags))),
  ],
  [TAGS.error, ([, base, fields], reviver) => errorOf(textOf(base), fromTagged(fields, reviver))],
  [TAGS.view, ([, name, bytes]) => viewOf(textOf(name), copy(bytesOf(bytes)))],
  [TAGS.buffer, ([, bytes]) => copy(bytesOf(bytes))],
  [TAGS.text, ([, bytes]) => fromCodeUnits(bytesOf(bytes))],
  [TAGS.object, objectOf],
  [
    TAGS.class,
    ([, name, data], reviver) => reviver.instance(textOf(fromTagged(name, reviver)), fromTagged(data, reviver)),
  ],
  [TAGS.sparse, sparseOf],
  [TAGS.reference, ([, number], reviver) => reviver.reference(numberOf(number))],
]);

function malformed(what: string): DecodeError {
  return new DecodeError(`Cannot decode a value as its MessagePack must be as Umbel writes it: found ${what}`);
}

function fail(what: string): never {
  throw malformed(what);
}

function attempt<T>(what: string, build: () => T): T {
  try {
    return build();
  } catch {
    throw malformed(`${what} that is none`);
  }
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : fail("no number where one must be");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : fail("no text where one must be");
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : fail("no bytes where some must be");
}

/** A copy in a buffer of its own: aligned, and without the rest of the message. */
function copy(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function bigintOf(text: string): bigint {
  const digits = /^(-?)([0-9a-f]+)$/.exec(text);
  if (digits === null) throw malformed("a bigint without digits");
  const size = attempt("a bigint", () => BigInt(`0x${digits[2]}`));
  return digits[1] === "-" ? -size : size;
}

function* pairs(items: unknown[], from: number, reviver: Reviver): Generator<[unknown, unknown]> {
  if ((items.length - from) % 2 !== 0) throw malformed("a key without a value");
  for (let index = from; index < items.length; index += 2) {
    yield [fromTagged(items[index], reviver), fromTagged(items[index + 1], reviver)];
  }
}

function objectOf(items: unknown[], reviver: Reviver): object {
  const record: Record<string, unknown> = {};
  for (const [key, value] of pairs(items, 1, reviver)) record[safeKey(key)] = value;
  return record;
}

function safeKey(key: unknown): string {
  return key === "__proto__" ? fail("a __proto__ key") : textOf(key);
}

function sparseOf(items: unknown[], reviver: Reviver): unknown[] {
  const length = numberOf(items[1]);
  if (!Number.isInteger(length) || length < 0 || length > LONGEST_SPARSE) throw malformed("an array of no length");
  const array: unknown[] = new Array(length);
  for (const [index, value] of pairs(items, 2, reviver)) {
    const at = numberOf(index);
    if (!Number.isInteger(at) || at < 0 || at >= length) throw malformed("an index outside its array");
    array[at] = value;
  }
  return array;
}

function fromCodeUnits(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw malformed("half a code unit");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let offset = 0; offset < bytes.length; offset += 2) text += String.fromCharCode(view.getUint16(offset, true));
  return text;
}

/** Fields of an error that are not enumerable. */
const HIDDEN: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

function errorOf(base: string, fields: unknown): Error {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw malformed("an error without fields");
  }
  const { message } = fields as { message?: unknown };
  const error = newError(base, typeof message === "string" ? message : undefined);
  for (const [key, value] of Object.entries(fields)) {
    if (key === "name" && value === error.name) continue;
    Object.defineProperty(error, key, { value, enumerable: !HIDDEN.has(key), writable: true, configurable: true });
  }
  return error;
}

function newError(base: string, message: string | undefined): Error {
  const constructor: unknown = ERROR_CLASSES.includes(base) ? Reflect.get(globalThis, base) : Error;
  if (typeof constructor !== "function") return new Error(message);
  const error: unknown = Reflect.construct(constructor, base === "AggregateError" ? [[], message] : [message]);
  return error instanceof Error ? error : new Error(message);
}
