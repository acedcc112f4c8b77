/** Blobs as files in a folder, for several processes of one machine. @module */
import { mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { newId } from "../../base/ids.ts";
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
import { boundsOf, chunksOf, streamOf } from "../../base/byte_streams.ts";
import { type BlobEnd, readEnd, readPart, writeBlob } from "./blob_file.ts";
import { OpenFile } from "./open_file.ts";
import { isMissing, pathOf, walk } from "./walk.ts";

/** Options of {@link fileBlobs}. */
export interface FileBlobsOptions {
  /** The folder; it is made when the first blob is put. */
  readonly folder: string;
}

/** A blob store of files in a folder. */
export function fileBlobs(options: string | FileBlobsOptions): FileBlobStore {
  return new FileBlobStore(typeof options === "string" ? { folder: options } : options);
}

/**
 * A {@link BlobStore} of files in a folder. A blob is written to a file of its own under `new/` and renamed once it is
 * whole, so nobody sees a part of one, also when the process dies over it.
 */
export class FileBlobStore implements BlobStore {
  readonly description: string;
  readonly #folder: string;
  #closed = false;
  #swept: Promise<void> | undefined;

  constructor({ folder }: FileBlobsOptions) {
    this.#folder = folder;
    this.description = `files in ${folder}`;
  }

  /** {@inheritDoc BlobStore.put} */
  async put(key: string, body: BlobBody, meta: BlobMeta = {}, options: PutBlobOptions = {}): Promise<number> {
    const path = this.#path(key);
    options.signal?.throwIfAborted();
    const folder = join(this.#folder, "new");
    const fresh = join(folder, newId());
    await mkdir(folder, { recursive: true });
    await (this.#swept ??= removeStale(folder));
    try {
      const size = await writeBlob(fresh, chunksOf(body, options.signal), meta, Date.now());
      await moveInto(fresh, path);
      return size;
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  }

  /** {@inheritDoc BlobStore.get} */
  async get(key: string, options: GetBlobOptions = {}): Promise<OpenBlob | null> {
    const path = this.#path(key);
    options.signal?.throwIfAborted();
    const opened = await openBlob(path);
    if (opened === undefined) return null;
    const { file, end } = opened;
    try {
      const part = boundsOf(options.range, end.size);
      const chunks = readPart(file, part.start, part.end);
      const body = streamOf({ chunks, signal: options.signal, release: () => file.close() });
      return { info: { key, ...end }, body };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** {@inheritDoc BlobStore.head} */
  async head(key: string): Promise<BlobInfo | null> {
    const opened = await openBlob(this.#path(key));
    if (opened === undefined) return null;
    await opened.file.close();
    return { key, ...opened.end };
  }

  /** {@inheritDoc BlobStore.delete} */
  async delete(keys: readonly string[]): Promise<void> {
    const paths = keys.map((key) => this.#path(key));
    for (const path of paths) {
      await rm(path, { force: true });
      // Only an empty folder goes; one that is in use stays, and says so by an error.
      await rmdir(dirname(path)).catch(() => {});
    }
  }

  /** {@inheritDoc BlobStore.list} */
  async list(prefix: string, { cursor = "", limit = BLOB_PAGE }: ListBlobsOptions = {}): Promise<BlobPage> {
    const blobs: BlobInfo[] = [];
    for await (const key of walk(this.#path(), prefix, cursor)) {
      if (blobs.length === limit) return { blobs, cursor: blobs.at(-1)?.key };
      const info = await this.head(key);
      if (info !== null) blobs.push(info);
    }
    return { blobs };
  }

  /** {@inheritDoc BlobStore.close} */
  async close(): Promise<void> {
    this.#closed = true;
  }

  /** The file of a key, or the folder of all. Keys have a folder of their own beside that of unfinished files. */
  #path(key?: string): string {
    if (this.#closed) throw new TypeError("Cannot use the blob store as it must be open: it was closed");
    const root = join(this.#folder, "blobs");
    if (key === undefined) return root;
    checkBlobKey(key);
    return pathOf(root, key);
  }
}

/** An open blob file and what stands at its end; undefined where there is none. */
async function openBlob(path: string): Promise<{ readonly file: OpenFile; readonly end: BlobEnd } | undefined> {
  const file = await OpenFile.open(path, "r").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  const end = file && await readEnd(file).catch(() => undefined);
  if (file && end) return { file, end };
  await file?.close();
  return undefined;
}

/** Moves a file to its place. The folder may be removed in between, by who deletes the last blob in it: then again. */
async function moveInto(fresh: string, path: string): Promise<void> {
  for (let tries = 10;; tries--) {
    await mkdir(dirname(path), { recursive: true });
    try {
      return await rename(fresh, path);
    } catch (error) {
      if (!isMissing(error) || tries === 0) throw error;
    }
  }
}

/** A file that has not been finished for so long belongs to a process that died, in milliseconds. */
const STALE = 86_400_000;

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > STALE) await rm(path, { force: true });
  }
}
