/** Ids of tasks: UUIDs whose first half tells when they were made and whose last byte tells their workflow's slot. @module */

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let lastTime = 0;
let sequence = 0;

/** Random bytes are drawn for many ids at once: a draw costs far more than the eight bytes an id takes. */
const POOL = 1_024;
let pool = new Uint8Array(0);
let drawn = 0;

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => (byte | 0x100).toString(16).slice(1));

/**
 * A new id: a UUIDv7, so ids sort by the time they were made, also within one millisecond of one process.
 *
 * @param slot the workflow's slot, 0 to 255: every task of a workflow ends in the same byte, so an id alone tells
 * which partition it lives in. A random one by default.
 */
export function newId(slot?: number): string {
  if (drawn + 8 > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(POOL));
    drawn = 0;
  }
  const at = drawn;
  drawn += 8;
  tick((((pool[at + 6] ?? 0) << 1) | 1) & 0x1ff);
  if (slot !== undefined) pool[at + 7] = slot;
  pool[at] = ((pool[at] ?? 0) & 0x3f) | 0x80;
  return assemble(lastTime, 0x7000 | sequence, pool, at);
}

/** Moves the clock of ids on: a later millisecond starts a new sequence, the same or an earlier one goes on counting. */
function tick(start: number): void {
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    sequence = start;
  } else if (++sequence > 0xfff) {
    lastTime++;
    sequence = 0;
  }
}

/** The first half of the last id: ids of one millisecond share it. */
let headTime = -1;
let head = "";

/** The first half of an id: when it was made. */
function headOf(time: number): string {
  if (time !== headTime) {
    const digits = time.toString(16).padStart(12, "0");
    head = `${digits.slice(0, 8)}-${digits.slice(8)}-`;
    headTime = time;
  }
  return head;
}

function assemble(time: number, version: number, tail: Uint8Array, at = 0): string {
  return `${headOf(time)}${byte(version >> 8)}${byte(version & 0xff)}-${pair(tail, at)}-${pair(tail, at + 2)}${
    pair(tail, at + 4)
  }${pair(tail, at + 6)}`;
}

function pair(bytes: Uint8Array, at: number): string {
  return byte(bytes[at]) + byte(bytes[at + 1]);
}

function byte(value = 0): string {
  return HEX[value] ?? "";
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const value of bytes) text += byte(value);
  return text;
}

/** Whether a text is an id: a UUID in lower case. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** The slot of an id, 0 to 255: its last byte. */
export function slotOf(id: string): number {
  return parseInt(id.slice(-2), 16);
}

/** The partition of an id among `partitions` of them. */
export function partitionOf(id: string, partitions: number): number {
  return partitions === 1 ? 0 : slotOf(id) % partitions;
}

/** The eight hexadecimal digits an id begins with: the same for all ids made within 65.5 seconds. */
export function bucketOf(id: string): string {
  return id.slice(0, 8);
}

/** When a UUIDv7 was made, in milliseconds since the Unix epoch. */
export function timeOf(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/**
 * The id that `label` has within the task `parent`: the same two always give the same id, in the same slot and of the
 * same time, so a follow-up that is published twice is published once.
 */
export function deriveId(parent: string, label: string): string {
  return deriver(parent)(label);
}

/** Makes many ids within one task: what they have in common is digested once. */
export function deriver(parent: string): (label: string) => string {
  const [time, slot] = [timeOf(parent), slotOf(parent)];
  const prefix = new TextEncoder().encode(`${parent}\n`);
  const [first = 0, , third = 0, fourth = 0] = [0, 1, 2, 3].map((word) => spread(prefix, seedOf(word)));
  return (label) => {
    const text = new TextEncoder().encode(label);
    const head = mixed(spread(text, first));
    const version = ((head >>> 24) << 4) | ((head >>> 16) & 0xf);
    const tail = pairs((mixed(spread(text, third)) & 0x3fffffff) | 0x80000000);
    const end = pairs((mixed(spread(text, fourth)) & ~0xff) | slot);
    return `${headOf(time)}8${HEX[version >> 4]}${(version & 0xf).toString(16)}-${tail.slice(0, 4)}-${
      tail.slice(4)
    }${end}`;
  };
}

/** The eight hexadecimal digits of 32 bits. */
function pairs(word: number): string {
  return byte(word >>> 24) + byte((word >>> 16) & 0xff) + byte((word >>> 8) & 0xff) + byte(word & 0xff);
}

/** The id that stands for a caller's own key, such as an idempotency key: the same key, the same id, whenever. */
export function idOfKey(key: string): string {
  const bytes = digest(key);
  const tail = bytes.slice(8);
  tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80;
  const time = parseInt(hex(bytes.slice(2, 8)), 16);
  return assemble(time, 0x8000 | (((bytes[0] ?? 0) << 4) | ((bytes[1] ?? 0) & 0xf)), tail);
}

/** 128 bits that spread a text evenly: four rounds of FNV-1a with a final mix. Not for secrets. */
function digest(text: string): Uint8Array {
  const input = new TextEncoder().encode(text);
  const output = new Uint8Array(16);
  const view = new DataView(output.buffer);
  for (let word = 0; word < 4; word++) view.setUint32(word * 4, mixed(spread(input, seedOf(word))));
  return output;
}

function seedOf(word: number): number {
  return (0x811c9dc5 ^ (word * 0x9e3779b9)) >>> 0;
}

function spread(input: Uint8Array, hash: number): number {
  for (const byte of input) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

function mixed(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
