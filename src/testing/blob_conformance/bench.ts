/** What the cases of the blob store suite work with. @module */
import assert from "node:assert/strict";
import type { BlobBody, BlobStore, GetBlobOptions, OpenBlob } from "../../blob_store.ts";

/** A fresh, empty blob store, and what the suite needs around it. */
export interface BlobStoreFixture {
  readonly store: BlobStore;
  /** A second instance over the same blobs, as another process would open it. It is closed by the suite. */
  reopen(): Promise<BlobStore>;
  /** Closes the store and removes what it keeps. */
  close(): Promise<void>;
}

/** Makes a fresh, empty blob store. */
export type CreateBlobStore = () => Promise<BlobStoreFixture>;

/** A case: returns when the store behaves, throws when it does not. */
export type BlobCase = (store: BlobStore, fixture: BlobStoreFixture) => Promise<void>;

/** The cases of one area by their names; a name is a sentence, and no two are the same. */
export type BlobCases = Readonly<Record<string, BlobCase>>;

/** A stream's own kind of bytes. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes that are the same for the same seed, and repeat nowhere. */
export function noise(length: number, seed = 1): Bytes {
  const bytes = new Uint8Array(length);
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  for (let index = 0; index < length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state & 0xff;
  }
  return bytes;
}

/** A stream of bytes in chunks of these lengths, over and over. */
export function streamed(bytes: Bytes, lengths: readonly number[] = [65_536]): ReadableStream<Bytes> {
  let [at, turn] = [0, 0];
  return new ReadableStream<Bytes>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const length = lengths[turn++ % lengths.length] ?? 1;
      controller.enqueue(bytes.slice(at, at + length));
      at += length;
    },
  }, { highWaterMark: 0 });
}

/** A stream that gives some bytes and then does what it is told. */
export function streamedThen(
  bytes: Bytes,
  then: (controller: ReadableStreamDefaultController<Bytes>) => void | Promise<void>,
  cancelled: (reason: unknown) => void = () => {},
): ReadableStream<Bytes> {
  const given = streamed(bytes).getReader();
  return new ReadableStream<Bytes>({
    async pull(controller) {
      const { done, value } = await given.read();
      if (done) await then(controller);
      else controller.enqueue(value);
    },
    cancel: cancelled,
  }, { highWaterMark: 0 });
}

/** Opens a blob that must be there. */
export async function open(store: BlobStore, key: string, options?: GetBlobOptions): Promise<OpenBlob> {
  return (await store.get(key, options)) ?? assert.fail(`blob ${key} should be there`);
}

/** All bytes of a stream. */
export async function collect(body: ReadableStream<Bytes>): Promise<Bytes> {
  const parts: Bytes[] = [];
  for (const reader = body.getReader();;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
  }
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** The content of a blob that must be there, whole or a part. */
export async function read(store: BlobStore, key: string, options?: GetBlobOptions): Promise<Bytes> {
  return await collect((await open(store, key, options)).body);
}

/** Puts a blob and asserts that it comes back the same. */
export async function roundTrip(store: BlobStore, key: string, body: BlobBody, expected: Bytes): Promise<void> {
  assert.equal(await store.put(key, body), expected.length, "put gives the number of bytes");
  assertSame(await read(store, key), expected);
}

/** Asserts that two byte strings are the same, without printing them. */
export function assertSame(actual: Bytes, expected: Bytes): void {
  assert.equal(actual.length, expected.length, "the length should be the same");
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  assert.equal(at, -1, `the bytes should be the same, but differ at ${at}`);
}

/** The keys of all blobs under a prefix, page by page. */
export async function keysOf(store: BlobStore, prefix: string, limit?: number): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(prefix, { cursor, limit });
    if (limit !== undefined) assert(page.blobs.length <= limit, "a page should not be longer than its limit");
    keys.push(...page.blobs.map(({ key }) => key));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return keys;
}

/** Asserts that something fails with this very error. */
export async function assertFails(run: () => Promise<unknown>, error: unknown): Promise<void> {
  await assert.rejects(run, (thrown) => (assert.equal(thrown, error), true));
}
