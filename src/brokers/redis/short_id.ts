/**
 * Ids as they stand in Redis: 22 characters instead of 36, in the same order, and never to be taken for a number or JSON.
 *
 * The first six characters stand for the first eight hexadecimal digits of a UUID, its bucket, and the other sixteen for
 * the rest, its field: an id is stored by its field in the hash of its bucket. Measured, that saves about 30 bytes for
 * each task that waits and 16 for each result that is kept.
 *
 * @module
 */
import { isId } from "../../base/ids.ts";

/** In ASCII order, so that short ids sort as the UUIDs they stand for. */
const ALPHABET = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/**
 * Where the hexadecimal digits stand in a UUID, three for two characters. Before the first stands a digit of its own:
 * the highest one, so that a short id begins with a letter.
 */
const DIGITS: Uint8Array = new Uint8Array(
  [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 21, 22].concat(
    Array.from({ length: 12 }, (_, i) => 24 + i),
  ),
);

/** The length of a bucket. */
export const BUCKET_LENGTH = 6;

/** Marks what is no UUID: such an id is a bucket of its own. */
const OTHER = "=";

interface Tables {
  readonly pairs: readonly string[];
  /** Three hexadecimal digits by their value, and parts of them: a cut of each id would cost more than all the rest. */
  readonly triples: readonly string[];
  readonly firsts: readonly string[];
  readonly firstTwos: readonly string[];
  readonly lastTwos: readonly string[];
  readonly lasts: readonly string[];
  /** The place of a character in the alphabet, by its code. */
  readonly values: Uint8Array;
}

let tables: Tables | undefined;

/** Made at the first use, for nothing may be done at import on the edge. */
function makeTables(): Tables {
  const characters = [...ALPHABET];
  const values = new Uint8Array(128);
  for (const [place, character] of characters.entries()) values[character.charCodeAt(0)] = place;
  const triples = Array.from({ length: 4_096 }, (_, i) => (i | 0x1000).toString(16).slice(1));
  return {
    pairs: characters.flatMap((a) => characters.map((b) => a + b)),
    triples,
    firsts: triples.map((digits) => digits.slice(0, 1)),
    firstTwos: triples.map((digits) => digits.slice(0, 2)),
    lastTwos: triples.map((digits) => digits.slice(1)),
    lasts: triples.map((digits) => digits.slice(2)),
    values,
  };
}

/** The short form of an id. One that is no UUID becomes itself behind a mark, without spaces and line ends. */
export function shortId(id: string): string {
  return isId(id) ? shortUuid(id) : OTHER + encodeURIComponent(id.toWellFormed());
}

/** The short form of what is known to be a UUID in lower case. */
export function shortUuid(id: string): string {
  const { pairs } = tables ??= makeTables();
  let short = pairs[0xf00 | digit(id, 0) << 4 | digit(id, 1)] ?? "";
  for (let i = 2; i < 32; i += 3) {
    short += pairs[digit(id, i) << 8 | digit(id, i + 1) << 4 | digit(id, i + 2)];
  }
  return short;
}

function digit(id: string, index: number): number {
  const code = id.charCodeAt(DIGITS[index] ?? 0);
  return code < 58 ? code - 48 : code - 87;
}

/** The id that a short one stands for. */
export function longId(short: string): string {
  if (short.startsWith(OTHER)) return decodeURIComponent(short.slice(1));
  const all = tables ??= makeTables();
  const { triples } = all;
  const [fifth, sixth] = [valueAt(all, short, 8), valueAt(all, short, 10)];
  const at = (i: number) => triples[valueAt(all, short, i)];
  return `${all.lastTwos[valueAt(all, short, 0)]}${at(2)}${at(4)}-${at(6)}${all.firsts[fifth]}-${all.lastTwos[fifth]}${
    all.firstTwos[sixth]
  }-${all.lasts[sixth]}${at(12)}-${at(14)}${at(16)}${at(18)}${at(20)}`;
}

/** What two characters stand for. */
function valueAt({ values }: Tables, short: string, i: number): number {
  return (values[short.charCodeAt(i)] ?? 0) << 6 | (values[short.charCodeAt(i + 1)] ?? 0);
}

/** The bucket that a short id belongs to. */
export function bucketOf(short: string): string {
  return short.startsWith(OTHER) ? short : short.slice(0, BUCKET_LENGTH);
}

/** The field of a short id in the hashes of its bucket. */
export function fieldOf(short: string): string {
  return short.startsWith(OTHER) ? OTHER : short.slice(BUCKET_LENGTH);
}
