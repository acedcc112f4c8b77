/** LZ4 frames of every kind by chance, valid and with their content known, and mutations that know where the fields are. */

import { join } from "./bytes.ts";
import { twin } from "./engines.ts";

export type Random = () => number;

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

export function oneOf<T>(random: Random, from: readonly T[]): T {
  return from[between(random, 0, from.length - 1)]!;
}

export function noise(random: Random, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => random() * 256);
}

function word(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** A valid frame, what it holds, and where its fields start. */
export interface Frame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly content: Uint8Array<ArrayBuffer>;
  /** Offsets of header bytes, size words, tokens, distances and length bytes. */
  readonly fields: readonly number[];
}

/** Collects bytes and remembers which of them are fields. */
class Writer {
  readonly bytes: number[] = [];
  readonly fields: number[] = [];

  put(bytes: ArrayLike<number>, isField = false): void {
    if (isField) this.fields.push(this.bytes.length);
    for (let i = 0; i < bytes.length; i++) this.bytes.push(bytes[i]!);
  }
}

function putLength(to: Writer, length: number): void {
  if (length < 15) return;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) to.put([255], true);
  to.put([rest], true);
}

/** A valid block that goes on from `content`, which it extends; matches reach back to `low` at the most. */
function blockOf(random: Random, content: number[], low: number, most: number): Writer {
  const to = new Writer();
  for (let left = between(random, 0, 12); left > 0; left--) {
    const literals = between(random, 0, random() < 0.1 ? 600 : 20);
    const length = 4 + between(random, 0, random() < 0.1 ? 900 : 30);
    if (content.length + literals + length > most - 700) break;
    to.put([Math.min(literals, 15) << 4 | Math.min(length - 4, 15)], true);
    putLength(to, literals);
    for (let i = 0; i < literals; i++) content.push(between(random, 97, 104));
    to.put(content.slice(content.length - literals));
    if (content.length === low) {
      // Nothing to refer to yet: take the token back and end with literals.
      to.bytes.length = 0;
      to.fields.length = 0;
      break;
    }
    const farthest = Math.min(content.length - low, 65535);
    const distance = random() < 0.5 ? between(random, 1, Math.min(farthest, 12)) : between(random, 1, farthest);
    to.put([distance & 255, distance >> 8], true);
    putLength(to, length - 4);
    for (let i = 0; i < length; i++) content.push(content[content.length - distance]!);
  }
  const last = between(random, 0, 40);
  to.put([Math.min(last, 15) << 4], true);
  putLength(to, last);
  for (let i = 0; i < last; i++) content.push(between(random, 97, 104));
  to.put(content.slice(content.length - last));
  return to;
}

/** A valid frame with flags, blocks and checksums by chance. */
export function frameOf(random: Random): Frame {
  const [linked, checked, sized, summed] = [random() < 0.5, random() < 0.2, random() < 0.5, random() < 0.3];
  const content: number[] = [];
  const blocks = new Writer();
  for (let left = between(random, 0, 4); left > 0; left--) {
    const start = content.length;
    const isStored = random() < 0.2;
    if (isStored) content.push(...noise(random, between(random, 0, 60)));
    const block = isStored ? undefined : blockOf(random, content, linked ? 0 : start, start + 60_000);
    const body = Uint8Array.from(block?.bytes ?? content.slice(start));
    blocks.put(word(isStored ? body.length | 0x80000000 : body.length), true);
    for (const field of block?.fields ?? []) blocks.fields.push(blocks.bytes.length + field);
    blocks.put(body);
    if (checked) blocks.put(word(twin.xxhash32(body, 0)), true);
  }
  const whole = Uint8Array.from(content);
  const flags = 0x40 | (linked ? 0 : 0x20) | (checked ? 0x10 : 0) | (sized ? 8 : 0) | (summed ? 4 : 0);
  const size = sized ? join([word(whole.length), word(0)]) : new Uint8Array(0);
  const header = join([word(0x184d2204), Uint8Array.of(flags, between(random, 4, 7) << 4), size, Uint8Array.of(0)]);
  const bytes = join([
    header,
    Uint8Array.from(blocks.bytes),
    word(0),
    summed ? word(twin.xxhash32(whole, 0)) : word(0).subarray(4),
  ]);
  repairHeader(bytes);
  const inHeader = Array.from({ length: header.length }, (_, at) => at);
  return { bytes, content: whole, fields: [...inHeader, ...blocks.fields.map((field) => header.length + field)] };
}

/** Makes the checksum of a header right again, so that a mutation of the header is looked at. */
export function repairHeader(bytes: Uint8Array): void {
  const end = 6 + ((bytes[4] ?? 0) & 8);
  if (end < bytes.length) bytes[end] = twin.xxhash32(bytes.subarray(4, end), 0) >>> 8;
}

const WORDS = [0, 1, 15, 255, 65535, 65536, 65537, 1 << 20, 1 << 22, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff];

function setWord(bytes: Uint8Array, at: number, value: number): void {
  const encoded = word(value);
  for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = encoded[i]!;
}

type Mutation = (bytes: Uint8Array<ArrayBuffer>, at: number, random: Random) => Uint8Array<ArrayBuffer>;

function inPlace(change: (bytes: Uint8Array, at: number, random: Random) => void): Mutation {
  return (bytes, at, random) => {
    change(bytes, at, random);
    return bytes;
  };
}

const MUTATIONS: readonly Mutation[] = [
  inPlace((bytes, at, random) => void (bytes[at] = (bytes[at] ?? 0) ^ (1 << between(random, 0, 7)))),
  inPlace((bytes, at, random) => void (bytes[at] = oneOf(random, [0, 1, 15, 16, 127, 128, 240, 254, 255]))),
  inPlace((bytes, at, random) => void (bytes[at] = (bytes[at] ?? 0) + between(random, -2, 2))),
  inPlace((bytes, at, random) => setWord(bytes, at, oneOf(random, WORDS))),
  inPlace((bytes, at, random) => void bytes.fill(255, at, at + between(random, 1, 40))),
  (bytes, at) => bytes.slice(0, at),
  (bytes, at, random) => join([bytes.subarray(0, at), bytes.subarray(at + between(random, 1, 8))]),
  (bytes, at, random) => join([bytes.subarray(0, at), noise(random, between(random, 1, 8)), bytes.subarray(at)]),
  (bytes, at, random) => join([bytes, bytes.subarray(at, at + between(random, 1, 60))]),
];

/** One to three mutations, most of them of fields; the header is mostly repaired. */
export function mutate(random: Random, { bytes, fields }: Frame): Uint8Array<ArrayBuffer> {
  let mutated = bytes.slice();
  for (let left = between(random, 1, 3); left > 0; left--) {
    const at = random() < 0.7 ? oneOf(random, fields) : between(random, 0, Math.max(0, mutated.length - 1));
    mutated = oneOf(random, MUTATIONS)(mutated, at, random);
  }
  if (random() < 0.8) repairHeader(mutated);
  return mutated;
}
