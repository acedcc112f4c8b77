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

/** The length of a span: its ids were made within 16 milliseconds, as those of a workflow are. */
const SPAN_LENGTH = 8;

/** The length of the short form of a UUID. */
export const SHORT_LENGTH = 20;

const DIGITS = "0123456789abcdef";
const DASH = 45;

/** Marks what is no UUID: such an id is a bucket of its own. */
const OTHER = "=";

/** The short form of an id. One that is no UUID becomes itself behind a mark, without spaces and line ends. */
export function shortId(id: string): string {
  return isId(id) ? shortUuid(id) : OTHER + encodeURIComponent(id.toWellFormed());
}

/** The characters of every pair, by the thirteen bits that it stands for. */
interface Pairs {
  readonly lefts: Uint8Array;
  readonly rights: Uint8Array;
}

let pairs: Pairs | undefined;

/** Made at the first use, for nothing may be done at import on the edge. */
function makePairs(): Pairs {
  const all = Array.from({ length: PAIR + 1 }, (_, value) => value);
  return {
    lefts: Uint8Array.from(all, (value) => codeOf(Math.floor(value / BASE))),
    rights: Uint8Array.from(all, (value) => codeOf(value % BASE)),
  };
}

/**
 * The short form of what is known to be a UUID in lower case. This runs for each task that is sent: one string is made of
 * all characters at once, for to join pieces takes three times as long.
 */
export function shortUuid(id: string): string {
  const { lefts, rights } = pairs ??= makePairs();
  const time = quad(id, 0) << 16 | quad(id, 4);
  const low = quad(id, 9);
  const version = quad(id, 14);
  const variant = quad(id, 19);
  const third = (variant & 0x3fff) << 16 | quad(id, 24);
  const fourth = quad(id, 28) << 16 | quad(id, 32);
  const a = FIRST | time >>> 20;
  const b = time >>> 7 & PAIR;
  const c = (time & 0x7f) << 6 | version >>> 12 << 2 | variant >>> 14;
  const d = low >>> 4;
  const e = (low & 0xf) << 9 | (version & 0xfff) >>> 3;
  const f = (version & 7) << 10 | third >>> 20;
  const g = third >>> 7 & PAIR;
  const h = (third & 0x7f) << 6 | fourth >>> 26;
  const i = fourth >>> 13 & PAIR;
  const j = fourth & PAIR;
  // deno-fmt-ignore
  return String.fromCharCode(
    lefts[a] ?? 0, rights[a] ?? 0, lefts[b] ?? 0, rights[b] ?? 0, lefts[c] ?? 0, rights[c] ?? 0, lefts[d] ?? 0,
    rights[d] ?? 0, lefts[e] ?? 0, rights[e] ?? 0, lefts[f] ?? 0, rights[f] ?? 0, lefts[g] ?? 0, rights[g] ?? 0,
    lefts[h] ?? 0, rights[h] ?? 0, lefts[i] ?? 0, rights[i] ?? 0, lefts[j] ?? 0, rights[j] ?? 0,
  );
}

/** The value of four hexadecimal digits. */
function quad(id: string, at: number): number {
  return digit(id.charCodeAt(at)) << 12 | digit(id.charCodeAt(at + 1)) << 8 | digit(id.charCodeAt(at + 2)) << 4 |
    digit(id.charCodeAt(at + 3));
}

/** The value of a hexadecimal digit in lower case. */
function digit(code: number): number {
  return (code & 15) + (code >> 6) * 9;
}

/** The character of a value: what can be seen in ASCII, without `"` and `\\`, which JSON escapes, and `[`, which begins it. */
function codeOf(value: number): number {
  return value + (value > 56 ? 36 : value > 0 ? 34 : 33);
}

/** What a character stands for. */
function valueOf(code: number): number {
  return code - (code > 91 ? 36 : code > 33 ? 34 : 33);
}

/** The id that a short one stands for. */
export function longId(short: string): string {
  if (short.startsWith(OTHER)) return decodeURIComponent(short.slice(1));
  const [kind, head, middle, tail] = [pair(short, 4), pair(short, 8), pair(short, 10), pair(short, 14)];
  const time = (pair(short, 0) & 0xfff) << 20 | pair(short, 2) << 7 | kind >>> 6;
  const low = pair(short, 6) << 4 | head >>> 9;
  const version = (kind >>> 2 & 0xf) << 12 | (head & 0x1ff) << 3 | middle >>> 10;
  const third = (middle & 0x3ff) << 20 | pair(short, 12) << 7 | tail >>> 6;
  const fourth = (tail & 0x3f) << 26 | pair(short, 16) << 13 | pair(short, 18);
  const variant = (kind & 3) << 14 | third >>> 16;
  // deno-fmt-ignore
  return String.fromCharCode(
    hex(time >>> 28), hex(time >>> 24), hex(time >>> 20), hex(time >>> 16), hex(time >>> 12), hex(time >>> 8),
    hex(time >>> 4), hex(time), DASH, hex(low >>> 12), hex(low >>> 8), hex(low >>> 4), hex(low), DASH,
    hex(version >>> 12), hex(version >>> 8), hex(version >>> 4), hex(version), DASH, hex(variant >>> 12),
    hex(variant >>> 8), hex(variant >>> 4), hex(variant), DASH, hex(third >>> 12), hex(third >>> 8),
    hex(third >>> 4), hex(third), hex(fourth >>> 28), hex(fourth >>> 24), hex(fourth >>> 20), hex(fourth >>> 16),
    hex(fourth >>> 12), hex(fourth >>> 8), hex(fourth >>> 4), hex(fourth),
  );
}

/** What two characters stand for. */
function pair(short: string, at: number): number {
  return valueOf(short.charCodeAt(at)) * BASE + valueOf(short.charCodeAt(at + 1));
}

/** The hexadecimal digit of the lowest four bits. */
function hex(value: number): number {
  return DIGITS.charCodeAt(value & 15);
}

/** The bucket that a short id belongs to. */
export function bucketOf(short: string): string {
  return short.startsWith(OTHER) ? short : short.slice(0, BUCKET_LENGTH);
}

/** The span of a short id, a part of its bucket. What is no UUID is a span of its own. */
export function spanOf(short: string): string {
  return short.startsWith(OTHER) ? short : short.slice(0, SPAN_LENGTH);
}

/** The field of a short id, or of a span, in the hashes of its bucket. */
export function fieldOf(short: string): string {
  return short.startsWith(OTHER) ? OTHER : short.slice(BUCKET_LENGTH);
}
