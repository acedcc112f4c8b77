/** Blobs in Redis, by whatever transport the broker has. @module */
import { fromBase64Text, toBase64 } from "../../base/base64.ts";
import { blocksOf, boundsOf, type Chunk, streamOf } from "../../base/byte_streams.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import { Stop } from "../../base/stop.ts";
import {
  BLOB_PAGE,
  type BlobBody,
  type BlobInfo,
  type BlobMeta,
  type BlobPage,
  type BlobStore,
  checkBlobKey,
  type GetBlobOptions,
  type ListBlobsOptions,
  type OpenBlob,
  type PutBlobOptions,
} from "../../blob_store.ts";
import type { ScriptRunner } from "../../broker.ts";
import { persist } from "../../brokers/redis/failure.ts";
import { checkNamespace } from "../../brokers/redis/keys.ts";
import type { Script } from "../../brokers/redis/script.ts";
import { blobBegin, blobCommand, blobCommit, blobList, blobRemove } from "../../brokers/redis/scripts.gen.ts";
import { type ChunkedInfo, ChunkKeys, parseInfo } from "./chunk_keys.ts";

/** Options of every blob store in Redis. */
export interface RedisBlobOptions {
  /** What stands in every key, so that several apps may share a database. @default {"default"} */
  readonly namespace?: string | undefined;
  /** How long a call may take with all its tries, in milliseconds. @default {15_000} */
  readonly timeout?: number | undefined;
  /** What the time is in this process; that of blobs is Redis's own. */
  readonly clock?: Clock | undefined;
}

/** The bytes of a chunk. As base64 it has 350 KB: far below what a value or a request may have anywhere. */
const CHUNK = 262_144;

/** Chunks that are on their way at once. */
const WINDOW = 4;

/** Keys that one command deletes. */
const DELETES = 200;

/** A blob that is not whole after so long is never going to be, in milliseconds. */
const STALE = 86_400_000;

const TIMEOUT = 15_000;

/** A {@link BlobStore} in Redis. What it writes, it can write again: a call is tried until its time is over. */
export class RedisBlobStore implements BlobStore {
  readonly description: string;
  readonly #runner: ScriptRunner;
  readonly #keys: ChunkKeys;
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #end: () => Promise<void>;
  readonly #closed = new Stop();

  /** @param end what to close with it; nothing where the transport is somebody else's */
  constructor(
    runner: ScriptRunner,
    options: RedisBlobOptions = {},
    end: () => Promise<void> = () => Promise.resolve(),
  ) {
    const { namespace = "default", timeout = TIMEOUT, clock = systemClock } = options;
    this.#runner = runner;
    this.#keys = new ChunkKeys(checkNamespace(namespace));
    this.#clock = clock;
    this.#timeout = timeout;
    this.#end = end;
    this.description = runner.description;
  }

  /** {@inheritDoc BlobStore.put} */
  async put(key: string, body: BlobBody, meta: BlobMeta = {}, options: PutBlobOptions = {}): Promise<number> {
    this.#check(key);
    options.signal?.throwIfAborted();
    const generation = newId();
    await this.#run(blobBegin, [this.#keys.unfinished], [generation]);
    const written = { chunks: 0, size: 0 };
    try {
      await this.#writeChunks(generation, blocksOf(body, CHUNK, options.signal), written);
    } catch (error) {
      await this.#removeChunks({ generation, chunks: written.chunks }).catch(() => {});
      throw error;
    }
    await this.#commit(key, [generation, String(written.chunks), String(written.size), meta.type ?? ""]);
    return written.size;
  }

  /**
   * Makes written chunks the blob. When nobody can tell whether it took effect, they stay: who lists blobs a day later
   * removes them if it did not.
   */
  async #commit(key: string, args: readonly string[]): Promise<void> {
    const { infos, index, unfinished } = this.#keys;
    const answer = await this.#run(blobCommit, [infos, index, unfinished], [key, ...args]);
    if (answer === "gone") {
      throw new Error(`Cannot put blob ${key} as it must be whole within a day: it took longer, and was removed`);
    }
    const before = parseInfo(answer);
    if (before && before.generation !== args[0]) await this.#removeChunks(before).catch(() => {});
  }

  /** Writes blocks as chunks, a few at a time. */
  async #writeChunks(
    generation: string,
    blocks: AsyncGenerator<Chunk>,
    written: { chunks: number; size: number },
  ): Promise<void> {
    const writing = new Set<Promise<unknown>>();
    const failures: unknown[] = [];
    try {
      for await (const block of blocks) {
        const key = this.#keys.chunk(generation, written.chunks++);
        const write = this.#command("SET", [key], `=${toBase64(block)}`).catch((error) => failures.push(error));
        const done = write.finally(() => writing.delete(done));
        writing.add(done);
        written.size += block.length;
        if (writing.size >= WINDOW) await Promise.race(writing);
        if (failures.length > 0) break;
      }
    } finally {
      await Promise.all(writing);
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Removes the chunks of a generation, and what is noted of it. */
  async #removeChunks({ generation, chunks }: Pick<ChunkedInfo, "generation" | "chunks">): Promise<void> {
    for (let from = 0; from < chunks; from += DELETES) {
      await this.#command("DEL", this.#keys.chunks(generation, from, Math.min(chunks, from + DELETES)));
    }
    await this.#command("ZREM", [this.#keys.unfinished], generation);
  }

  /** {@inheritDoc BlobStore.get} */
  async get(key: string, options: GetBlobOptions = {}): Promise<OpenBlob | null> {
    const { range, signal } = options;
    signal?.throwIfAborted();
    const known = await this.#infoOf(key);
    if (known === undefined) {
      if (range) boundsOf(range, 0);
      return null;
    }
    const { start, end } = boundsOf(range, known.size);
    return { info: told(key, known), body: streamOf({ chunks: this.#readChunks(key, known, start, end), signal }) };
  }

  async *#readChunks(
    key: string,
    { generation }: ChunkedInfo,
    start: number,
    end: number,
  ): AsyncGenerator<Chunk, void, undefined> {
    for (let at = start; at < end;) {
      const number = Math.floor(at / CHUNK);
      const text = await this.#command("GET", [this.#keys.chunk(generation, number)]);
      if (typeof text !== "string") {
        throw new Error(`Cannot read blob ${key} as it must stay while it is read: it was replaced or deleted`);
      }
      const bytes = fromBase64Text(text.slice(1));
      const first = at - number * CHUNK;
      const part = bytes.subarray(first, Math.min(bytes.length, first + end - at));
      if (part.length === 0) throw new Error(`Cannot read blob ${key} as its chunks must be whole: one is short`);
      at += part.length;
      yield part;
    }
  }

  /** {@inheritDoc BlobStore.head} */
  async head(key: string): Promise<BlobInfo | null> {
    const known = await this.#infoOf(key);
    return known ? told(key, known) : null;
  }

  async #infoOf(key: string): Promise<ChunkedInfo | undefined> {
    this.#check(key);
    const [text] = await this.#persist("read blobs", () => this.#runner.fields(this.#keys.infos, [key]));
    return parseInfo(text);
  }

  /** {@inheritDoc BlobStore.delete} */
  async delete(keys: readonly string[]): Promise<void> {
    keys.forEach((key) => this.#check(key));
    this.#check();
    for (let at = 0; at < keys.length; at += DELETES) {
      const { infos, index, unfinished } = this.#keys;
      const removed = await this.#run(blobRemove, [infos, index, unfinished], keys.slice(at, at + DELETES));
      for (const text of listOf(removed)) {
        const known = parseInfo(text);
        if (known) await this.#removeChunks(known);
      }
    }
  }

  /** {@inheritDoc BlobStore.list} */
  async list(prefix: string, { cursor, limit = BLOB_PAGE }: ListBlobsOptions = {}): Promise<BlobPage> {
    this.#check();
    const { index, infos, unfinished } = this.#keys;
    // No key has a tilde, and all letters of keys stand before it.
    const args = [cursor === undefined ? `[${prefix}` : `(${cursor}`, `[${prefix}~`, String(limit + 1), String(STALE)];
    const [keys, found, stale] = listOf(await this.#run(blobList, [index, infos, unfinished], args));
    if (cursor === undefined) { for (const generation of listOf(stale)) await this.#removeStale(nameOf(generation)); }
    const texts = listOf(found);
    const blobs = listOf(keys).flatMap((key, place) => {
      const known = parseInfo(texts[place]);
      return known ? [told(nameOf(key), known)] : [];
    });
    return blobs.length > limit ? { blobs: blobs.slice(0, limit), cursor: blobs[limit - 1]?.key } : { blobs };
  }

  /** Removes the chunks of a blob that was never finished: how many there are, nobody knows. */
  async #removeStale(generation: string): Promise<void> {
    for (let from = 0;; from += DELETES) {
      const removed = await this.#command("DEL", this.#keys.chunks(generation, from, from + DELETES));
      if (Number(removed) === 0) break;
    }
    await this.#command("ZREM", [this.#keys.unfinished], generation);
  }

  /** {@inheritDoc BlobStore.close} */
  async close(): Promise<void> {
    if (this.#closed.aborted) return;
    this.#closed.abort();
    await this.#end();
  }

  /** Runs one command on keys that lie together. */
  #command(name: string, keys: readonly string[], ...args: readonly string[]): Promise<unknown> {
    return this.#run(blobCommand, keys, [name, ...args]);
  }

  #run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.#persist("keep blobs", () => this.#runner.run(script, keys, args));
  }

  #persist<T>(what: string, call: () => Promise<T>): Promise<T> {
    return persist(what, true, { clock: this.#clock, timeout: this.#timeout, signal: this.#closed }, call);
  }

  #check(key?: string): void {
    if (this.#closed.aborted) {
      throw new TypeError("Cannot use the blob store as it must be open: it was closed");
    }
    if (key !== undefined) checkBlobKey(key);
  }
}

function told(key: string, { size, created, type }: ChunkedInfo): BlobInfo {
  return { key, size, created, ...(type !== "" && { type }) };
}

function listOf(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : [];
}

/** A name as scripts answer it: behind a mark. */
function nameOf(answer: unknown): string {
  return String(answer).slice(1);
}
