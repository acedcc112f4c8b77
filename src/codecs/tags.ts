/**
 * The tags that MessagePack trees carry.
 *
 * A tree is what plain MessagePack carries: nil, booleans, numbers, texts, bytes, arrays, and maps with text keys. What
 * is none of these is an array that begins with a tag: bytes, of length one. All other bytes stand behind such a tag,
 * so nothing else begins like that, and no array ever has to be escaped. No extension types are used: a process has one
 * table of them, where a user's own code may register the same.
 *
 * @module
 */

/** What the byte of a tag means. They are on the wire: never change one, and never use one again. */
export const TAGS = {
  undefined: 1,
  number: 2,
  date: 3,
  bigint: 4,
  map: 5,
  set: 6,
  url: 7,
  regexp: 8,
  error: 9,
  view: 10,
  buffer: 11,
  text: 12,
  object: 13,
  class: 14,
  sparse: 15,
  reference: 16,
} as const;

/** The numbers that JSON has not, by the number they travel under. */
export const ODD_NUMBERS: readonly number[] = [NaN, Infinity, -Infinity, -0];
