/**
 * Ids as they stand in Redis: 20 characters instead of 36, and never to be taken for a number or JSON.
 *
 * The first six characters are an id's bucket: they stand for the first eight hexadecimal digits of a UUID, its version
 * and its variant. The other fourteen stand for the rest, its field: an id is stored by its field in the hash of its
 * bucket. Fourteen characters are the most that take 16 bytes of memory as a field; sixteen take 32. Ids of one version
 * are in the same order as the UUIDs they stand for.
 *
 * @module
 */
import { isId } from "../../base/ids.ts";

/** How many characters digits are made of: two of them stand for thirteen bits. */
const BASE = 91;

/** The bits that two characters stand for. */
const PAIR = 0x1fff;

/** The highest bit of a short id is set, so that it begins with a letter or a mark, never with a digit. */
const FIRST = 0x1000;

/** The length of a bucket. */
export const BUCKET_LENGTH = 6;

/** The length of the short form of a UUID. */
export const SHORT_LENGTH = 20;

/** Marks what is no UUID: such an id is a bucket of its own. */
const OTHER = "=";

interface Tables {
  /** Two characters by what they stand for. */
  readonly pairs: readonly string[];
  /** Two hexadecimal digits by their value. */
  readonly bytes: readonly string[];
  /** The value of a character, by its code. */
  readonly values: Uint8Array;
}

let tables: Tables | undefined;

/** Made at the first use, for nothing may be done at import on the edge. */
function makeTables(): Tables {
  // What can be seen in ASCII, without what JSON has to escape, and without `[`, with which JSON could begin.
  const codes = Array.from({ length: 94 }, (_, i) => 33 + i).filter((code) =>
    !'"[\\'.includes(String.fromCharCode(code))
  );
  const values = new Uint8Array(128);
  for (const [value, code] of codes.entries()) values[code] = value;
  const characters = codes.map((code) => String.fromCharCode(code));
  return {
    pairs: characters.flatMap((a) => characters.map((b) => a + b)),
    bytes: Array.from({ length: 256 }, (_, byte) => (byte | 0x100).toString(16).slice(1)),
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
  const time = quad(id, 0) << 16 | quad(id, 4);
  const [rest, version, variant] = [quad(id, 9), quad(id, 14), quad(id, 19)];
  const [third, fourth] = [(variant & 0x3fff) << 16 | quad(id, 24), quad(id, 28) << 16 | quad(id, 32)];
  // deno-fmt-ignore
  return `${pairs[FIRST | time >>> 20]}${pairs[time >>> 7 & PAIR]}${
    pairs[(time & 0x7f) << 6 | version >>> 12 << 2 | variant >>> 14]}${
    pairs[rest >>> 4]}${pairs[(rest & 0xf) << 9 | (version & 0xfff) >>> 3]}${
    pairs[(version & 7) << 10 | third >>> 20]}${pairs[third >>> 7 & PAIR]}${
    pairs[(third & 0x7f) << 6 | fourth >>> 26]}${pairs[fourth >>> 13 & PAIR]}${pairs[fourth & PAIR]}`;
}

/** The value of four hexadecimal digits. */
function quad(id: string, at: number): number {
  return digit(id.charCodeAt(at)) << 12 | digit(id.charCodeAt(at + 1)) << 8 | digit(id.charCodeAt(at + 2)) << 4 |
    digit(id.charCodeAt(at + 3));
}

function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

/** The id that a short one stands for. */
export function longId(short: string): string {
  if (short.startsWith(OTHER)) return decodeURIComponent(short.slice(1));
  const all = tables ??= makeTables();
  const at = (place: number) => pairAt(all, short, place);
  const [kind, head, middle, tail] = [at(4), at(8), at(10), at(14)];
  const end = at(18);
  const time = (at(0) & 0xfff) << 20 | at(2) << 7 | kind >>> 6;
  const version = (kind >>> 2 & 0xf) << 12 | (head & 0x1ff) << 3 | middle >>> 10;
  const third = (middle & 0x3ff) << 20 | at(12) << 7 | tail >>> 6;
  const fourth = (tail & 0x3f) << 26 | at(16) << 13 | end;
  const hex = (value: number) => `${all.bytes[value >>> 8 & 0xff]}${all.bytes[value & 0xff]}`;
  return `${hex(time >>> 16)}${hex(time)}-${hex(at(6) << 4 | head >>> 9)}-${hex(version)}-${
    hex((kind & 3) << 14 | third >>> 16)
  }-${hex(third)}${hex(fourth >>> 16)}${hex(fourth)}`;
}

/** What two characters stand for. */
function pairAt({ values }: Tables, short: string, at: number): number {
  return (values[short.charCodeAt(at)] ?? 0) * BASE + (values[short.charCodeAt(at + 1)] ?? 0);
}

/** The bucket that a short id belongs to. */
export function bucketOf(short: string): string {
  return short.startsWith(OTHER) ? short : short.slice(0, BUCKET_LENGTH);
}

/** The field of a short id in the hashes of its bucket. */
export function fieldOf(short: string): string {
  return short.startsWith(OTHER) ? OTHER : short.slice(BUCKET_LENGTH);
}
