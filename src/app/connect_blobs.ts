/** Finds the blob store that a URL names, or that goes with a broker. Only the chosen one is loaded. @module */
import type { BlobStore } from "../blob_store.ts";
import type { Broker } from "../broker.ts";
import { loadDoor } from "./connect.ts";
import type { Env } from "./settings.ts";

/** What a URL may look like, for errors and help. */
export const BLOB_FORMS = "memory:, or file:<folder>";

/**
 * The blob store of a URL.
 *
 * @throws {TypeError} when no store is known for it; a secret is never part of the text
 */
export async function connectBlobs(url: string, _env: Env): Promise<BlobStore> {
  const scheme = /^([a-z\d+]+):/.exec(url)?.[1];
  switch (scheme) {
    case "memory":
      return (await import("../blob_stores/memory/mod.ts")).memoryBlobs();
    case "file":
      return (await loadDoor<FileDoor>("../blob_stores/file")).fileBlobs(url.slice("file:".length));
    default:
      throw new TypeError(
        `Cannot connect to a blob store as its URL must be one of ${BLOB_FORMS}: current scheme is ${scheme ?? "none"}`,
      );
  }
}

interface FileDoor {
  fileBlobs(folder: string): BlobStore;
}

/** The blob stores of brokers in memory: whoever shares such a broker shares its blobs. */
const besides = new WeakMap<object, BlobStore>();

/**
 * The blob store that goes with a broker: files beside its file, memory for one in memory.
 *
 * @throws {TypeError} when none does
 */
export async function storeBeside(broker: Broker): Promise<BlobStore> {
  const { place } = broker;
  switch (place?.kind) {
    case "memory": {
      const { memoryBlobs } = await import("../blob_stores/memory/mod.ts");
      const store = besides.get(place.within) ?? memoryBlobs();
      besides.set(place.within, store);
      return store;
    }
    case "file":
      return (await loadDoor<FileDoor>("../blob_stores/file")).fileBlobs(`${place.path}.blobs`);
    default:
      throw new TypeError(
        `Cannot keep a file, a stream or a large value as the app must have a blob store: give it one as its option blobs, or set UMBEL_BLOBS to one of ${BLOB_FORMS}`,
      );
  }
}
