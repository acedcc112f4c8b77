/** Turns a surveyed tree into one that plain MessagePack carries, see `tags.ts`. @module */
import { type RichContent, RichValue } from "./kinds.ts";
import { ODD_NUMBERS, TAGS } from "./tags.ts";

const TAG_BYTES = Object.fromEntries(
  Object.entries(TAGS).map(([name, byte]) => [name, Uint8Array.of(byte)]),
) as Readonly<Record<keyof typeof TAGS, Uint8Array>>;

/** Replaces in place all that plain MessagePack does not carry; gives what stands for the tree itself. */
export function toTagged(tree: unknown): unknown {
  if (typeof tree === "string") return isSafe(tree) ? tree : [TAG_BYTES.text, codeUnits(tree)];
  if (typeof tree !== "object" || tree === null) return tree;
  if (tree instanceof RichValue) return tagged(tree.content);
  if (Array.isArray(tree)) return taggedItems(tree);
  const record = tree as Record<string, unknown>;
  const keys = Object.keys(record);
  if (!keys.every(isSafe)) return [TAG_BYTES.object, ...keys.flatMap((key) => [toTagged(key), toTagged(record[key])])];
  for (const key of keys) record[key] = toTagged(record[key]);
  return record;
}

function taggedItems(items: unknown[]): unknown[] {
  for (let index = 0; index < items.length; index++) items[index] = toTagged(items[index]);
  return items;
}

/**
 * Whether a text comes out of a decoder as it went in: UTF-8 has no half surrogate pairs, and decoders take the mark
 * U+FEFF at the beginning of a text for a sign of its encoding, and drop it.
 */
function isSafe(text: string): boolean {
  return text.isWellFormed() && text.charCodeAt(0) !== 0xfeff;
}

/** The code units of a text, low byte first. */
function codeUnits(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), true);
  return bytes;
}

function tagged(content: RichContent): unknown[] {
  switch (content.form) {
    case "undefined":
      return [TAG_BYTES.undefined];
    case "number":
      return [TAG_BYTES.number, ODD_NUMBERS.findIndex((number) => Object.is(number, content.value))];
    case "date":
      return [TAG_BYTES.date, Number.isNaN(content.time) ? null : content.time];
    case "bigint":
      return [TAG_BYTES.bigint, content.value.toString(16)];
    case "map":
    case "set":
      return [TAG_BYTES[content.form], ...content.items.map(toTagged)];
    case "url":
      return [TAG_BYTES.url, content.href];
    case "regexp":
      return [TAG_BYTES.regexp, toTagged(content.source), content.flags];
    case "error":
      return [TAG_BYTES.error, content.base, toTagged(content.fields)];
    case "view":
      return [TAG_BYTES.view, content.name, content.bytes];
    case "buffer":
      return [TAG_BYTES.buffer, content.bytes];
    case "class":
      return [TAG_BYTES.class, toTagged(content.name), ...content.items.map(toTagged)];
    case "sparse":
      return [TAG_BYTES.sparse, content.length, ...content.items.map(toTagged)];
    case "reference":
      return [TAG_BYTES.reference, content.number];
    case "ref":
      throw new TypeError("Cannot write a file or a stream as its content must have gone to a blob store before");
  }
}
