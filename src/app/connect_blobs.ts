/** Finds the blob store that a URL names, or that goes with a broker. Only the chosen one is loaded. @module */
import type { BlobStore } from "../blob_store.ts";
import type { Broker } from "../broker.ts";
import { loadDoor, parseUrl, restAccess } from "./connect.ts";
import type { Env } from "./settings.ts";

/** What a URL may look like, for errors and help. */
export const BLOB_FORMS =
  "memory:, file:<folder>, s3://<bucket>/<prefix>, redis://host:6379, rediss://, redis+cluster://, or https:// for Upstash's REST API";

/**
 * The blob store of a URL.
 *
 * @throws {TypeError} when no store is known for it; a secret is never part of the text
 */
export async function connectBlobs(url: string, env: Env): Promise<BlobStore> {
  const scheme = /^([a-z\d+]+):/.exec(url)?.[1];
  switch (scheme) {
    case "memory":
      return (await import("../blob_stores/memory/mod.ts")).memoryBlobs();
    case "file":
      return (await loadDoor<FileDoor>("../blob_stores/file")).fileBlobs(folderOf(url));
    case "s3":
      return (await import("../blob_stores/s3/mod.ts")).s3Blobs(bucketOf(url, env));
    case "redis":
    case "rediss":
    case "redis+cluster":
    case "rediss+cluster":
      return (await loadDoor<RedisDoor>("../blob_stores/redis")).redisBlobs(url);
    case "http":
    case "https":
      return (await import("../blob_stores/redis/upstash.ts")).upstashBlobs(restAccess(url, env));
    default:
      throw new TypeError(
        `Cannot connect to a blob store as its URL must be one of ${BLOB_FORMS}: current scheme is ${scheme ?? "none"}`,
      );
  }
}

interface FileDoor {
  fileBlobs(folder: string): BlobStore;
}

interface RedisDoor {
  redisBlobs(url: string): BlobStore;
}

function folderOf(url: string): string {
  const folder = url.slice("file:".length);
  if (folder !== "") return folder;
  throw new TypeError("Cannot keep blobs in files as the URL must name a folder, as in file:uploads: it names none");
}

/** What an S3 store needs to know. */
interface Bucket {
  readonly bucket: string;
  readonly prefix: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** `s3://bucket/prefix?region=…&endpoint=…`, with the keys in the variables that all tools of AWS know. */
function bucketOf(url: string, env: Env): Bucket {
  const { hostname, pathname, searchParams } = parseUrl(url, "S3");
  if (hostname === "") {
    throw new TypeError("Cannot connect to S3 as the URL must name a bucket, as in s3://bucket/prefix: it names none");
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw new TypeError(
      "Cannot connect to S3 as its keys must be set: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the app s3Blobs({ ... })",
    );
  }
  const region = searchParams.get("region") ?? env.AWS_REGION;
  const endpoint = searchParams.get("endpoint") ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  if (endpoint !== undefined) parseUrl(endpoint, "the endpoint of S3");
  const prefix = pathname.replace(/^\/+/, "");
  return {
    bucket: hostname,
    prefix,
    region,
    endpoint,
    accessKeyId,
    secretAccessKey,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
}

/** The blob stores of brokers in memory: whoever shares such a broker shares its blobs. */
const besides = new WeakMap<object, BlobStore>();

/**
 * The blob store that goes with a broker: files beside its file, the same Redis, memory for one in memory.
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
    case "redis": {
      const { RedisBlobStore } = await import("../blob_stores/redis/redis_blob_store.ts");
      return new RedisBlobStore(place.runner, { namespace: place.namespace });
    }
    default:
      throw new TypeError(
        `Cannot keep a file, a stream or a large value as the app must have a blob store: give it one as its option blobs, or set UMBEL_BLOBS to one of ${BLOB_FORMS}`,
      );
  }
}
