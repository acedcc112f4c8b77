/**
 * The quick look at a value: whether JSON carries it as it is. Nearly every value is plain, so this runs for each
 * message, and costs a fraction of writing the JSON. What it does not pass is looked at closely by `survey.ts`.
 *
 * @module
 */

/** What {@link plainSize} gives for a value that needs a closer look. */
export const NOT_PLAIN = -1;

/** Deeper values are looked at closely, where cycles are found too. */
const QUICK_DEPTH = 64;

/** About what a bracket, a number and a key are long, in characters. */
const BRACKETS = 2;
const NUMBER = 4;
const KEY = 8;

/** The class as no more than a value: compared with the class itself, the compiler narrows an array to nothing. */
const ArrayClass: unknown = Array;
const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray;

/**
 * About how many characters the JSON of a value has, or {@link NOT_PLAIN} when JSON does not carry it as it is or when
 * that is not clear at once. Properties of objects that are undefined are passed over, as JSON leaves them out.
 *
 * @param enough where the size has come to this, strings are neither counted nor searched for lone surrogates any
 * more. A call for each string is the dearest part of the look; whoever gets at least that much looks into the text
 * instead, in one go, by {@link hasLoneSurrogate}
 */
export function plainSize(value: unknown, enough: number = Infinity): number {
  if (typeof value !== "object" || value === null) return leafSize(value);
  try {
    return isArray(value) ? arraySize(value, QUICK_DEPTH, 0, enough) : objectSize(value, QUICK_DEPTH, 0, enough);
  } catch {
    return NOT_PLAIN;
  }
}

function leafSize(value: unknown): number {
  const size = arraySize([value], 0, 0, Infinity);
  return size < 0 ? size : size - BRACKETS;
}

// The two loops repeat what they do with a value: as a function of its own it makes the look half as slow again.

function arraySize(array: readonly unknown[], depth: number, before: number, enough: number): number {
  if (array.constructor !== ArrayClass) return NOT_PLAIN;
  let size = before + BRACKETS;
  for (let index = 0; index < array.length; index++) {
    const value = array[index];
    if (typeof value === "string") {
      if (size < enough) {
        size += value.length;
        if (!value.isWellFormed()) return NOT_PLAIN;
      }
    } else if (typeof value === "number") {
      if (value - value !== 0 || (value === 0 && 1 / value < 0)) return NOT_PLAIN;
      size += NUMBER;
    } else if (typeof value === "object") {
      if (value === null) continue;
      if (depth === 0) return NOT_PLAIN;
      size = isArray(value) ? arraySize(value, depth - 1, size, enough) : objectSize(value, depth - 1, size, enough);
      if (size < 0) return NOT_PLAIN;
    } else if (typeof value !== "boolean") return NOT_PLAIN;
  }
  return size;
}

function objectSize(object: object, depth: number, before: number, enough: number): number {
  if (object.constructor !== Object && isOdd(object)) return NOT_PLAIN;
  const record = object as Readonly<Record<string, unknown>>;
  let size = before + BRACKETS;
  for (const key in record) {
    if (key === "__proto__") return NOT_PLAIN;
    const value = record[key];
    size += KEY;
    if (typeof value === "string") {
      if (size < enough) {
        size += value.length;
        if (!value.isWellFormed()) return NOT_PLAIN;
      }
    } else if (typeof value === "number") {
      if (value - value !== 0 || (value === 0 && 1 / value < 0)) return NOT_PLAIN;
    } else if (typeof value === "object") {
      if (value === null) continue;
      if (depth === 0) return NOT_PLAIN;
      size = isArray(value) ? arraySize(value, depth - 1, size, enough) : objectSize(value, depth - 1, size, enough);
      if (size < 0) return NOT_PLAIN;
    } else if (typeof value !== "boolean" && value !== undefined) return NOT_PLAIN;
  }
  return size;
}

/** Whether an object is no `{}`. One without a prototype is one too, and so is one with a field named `constructor`. */
function isOdd(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype !== Object.prototype && prototype !== null;
}

/**
 * Whether a text that `JSON.stringify` has written holds half of a surrogate pair. It writes one as an escape, and a
 * whole pair as the character it is.
 */
export function hasLoneSurrogate(json: string): boolean {
  // Most texts have no escape at all, and a single character is found many times as fast as a word.
  const first = json.indexOf("\\");
  if (first === -1) return false;
  for (let at = json.indexOf("\\ud", first); at !== -1; at = json.indexOf("\\ud", at + 3)) {
    if (json.charCodeAt(at + 3) >= EIGHT && isEscape(json, at)) return true;
  }
  return false;
}

/** The digit that follows `\ud` in the escape of a surrogate at the least; digits and small letters follow it. */
const EIGHT = 0x38;
const BACKSLASH = 0x5c;

/** Whether the backslash at a place begins an escape, and is not escaped itself. */
function isEscape(json: string, at: number): boolean {
  let first = at;
  while (first > 0 && json.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 0;
}
