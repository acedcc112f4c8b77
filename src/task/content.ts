/** Schemas of content: files, streams and bytes of any size, as a handler wants to have them. @module */
import * as z from "zod/mini";
import { ownBytes } from "../base/byte_streams.ts";
import { type Bytes, Ref } from "../protocol/ref.ts";
import { content, type ContentHook } from "./content_hook.ts";
import { asks, asksAt, markContent } from "./content_places.ts";
import type { Awaitable, Schema } from "./schema.ts";

/** What may be given where content is asked for. */
export type Content = Ref | Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>;

/**
 * Content as a handle: a file, a stream, or bytes, of which nothing is read before the handler asks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ref, Umbel } from "@umbel/umbel";
 * import { memory } from "@umbel/umbel/memory";
 * import { Worker } from "@umbel/umbel/worker";
 * import * as z from "zod";
 *
 * const app = new Umbel("shop", { broker: memory(), logLevel: "silent" });
 * const count = app.task("count", { args: [z.object({ file: ref() })], returns: z.number() }, async ({ file }) => {
 *   let lines = 0;
 *   for await (const chunk of file.stream()) lines += chunk.filter((byte) => byte === 10).length;
 *   return lines;
 * });
 * const worker = await Worker.start(app);
 *
 * const result = await count.delay({ file: new File(["a\nb\n"], "notes.txt") });
 * assert.equal(await result.get({ timeout: "5s" }), 2);
 * await worker.stop();
 * await app.close();
 * ```
 */
export function ref(): Schema<Ref, Content> {
  return contentSchema(refOf);
}

/** Content as a stream of bytes, read as the handler asks for it. */
export function stream(): Schema<ReadableStream<Bytes>, Content> {
  return contentSchema((it) => refOf(it).stream());
}

/** Content as bytes, all of them in memory. */
export function bytes(): Schema<Bytes, Content> {
  return contentSchema((it) => {
    if (it instanceof Uint8Array) return ownBytes(it);
    if (it instanceof ArrayBuffer) return new Uint8Array(it);
    return isUnsent(it) ? new Uint8Array() : refOf(it).bytes();
  });
}

/** Content as a `Blob`, all of it in memory; as a `File`, where it has a name. */
export function blob(): Schema<Blob, Content> {
  return contentSchema((it) => {
    if (it instanceof Blob) return it;
    return isUnsent(it) ? new Blob() : refOf(it).blob();
  });
}

function contentSchema<T>(convert: (given: Content) => T | Promise<T>): Schema<T, Content> {
  const given = z.custom<Content>(isContent, "a file, a stream, bytes, or a handle of such");
  const schema = z.pipe(given, z.transform(async (given: Content) => await convert(given)));
  content.hook ??= { asks, asksAt, unread };
  return markContent(schema);
}

function isContent(value: unknown): boolean {
  return value instanceof Ref || value instanceof Blob || value instanceof Uint8Array || value instanceof ArrayBuffer ||
    value instanceof ReadableStream;
}

function refOf(it: Content): Ref {
  return it instanceof Ref ? it : Ref.of(it);
}

/** Content of calls that are being checked by their senders, and how many of them check it. */
const unsent = new WeakMap<object, number>();

/**
 * Whether content is only checked, at its sender: a stream must not be read then, and what is kept elsewhere need not be.
 * The schema gives no content for it, which nobody gets to see.
 */
function isUnsent(it: Content): boolean {
  return (unsent.get(it) ?? 0) > 0;
}

const unread: ContentHook["unread"] = (values, check) => {
  return values.some(({ schema }) => asks(schema)) ? withoutReading(values.map(({ value }) => value), check) : check();
};

/** Checks values by their schemas without reading the content in them. */
async function withoutReading<T>(values: readonly unknown[], check: () => Awaitable<T>): Promise<T> {
  const found = new Set<object>();
  findContent(values, found, 0);
  for (const held of found) unsent.set(held, (unsent.get(held) ?? 0) + 1);
  try {
    return await check();
  } finally {
    for (const held of found) unsent.set(held, (unsent.get(held) ?? 1) - 1);
  }
}

/** Content nested deeper is not looked for: the schemas that ask for it would have to be as deep. */
const DEEPEST = 64;

function findContent(value: unknown, found: Set<object>, depth: number): void {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return;
  if (value instanceof Ref || value instanceof ReadableStream) found.add(value);
  else if (Array.isArray(value)) { for (const item of value) findContent(item, found, depth + 1); }
  else if (value instanceof Map || value instanceof Set) findContent([...value], found, depth + 1);
  else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) findContent(item, found, depth + 1);
  }
}
