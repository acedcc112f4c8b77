/** Blobs in Upstash over HTTP. @module */
import type { RestOptions } from "../../brokers/redis/rest_request.ts";
import { RestTransport } from "../../brokers/redis/rest_transport.ts";
import { type RedisBlobOptions, RedisBlobStore } from "./redis_blob_store.ts";

/** Options of {@link upstashBlobs}: those of the store, and the database's address and token. */
export interface UpstashBlobsOptions extends RedisBlobOptions, RestOptions {}

/** A blob store in Redis over Upstash's REST API, by fetch alone. */
export function upstashBlobs(options: UpstashBlobsOptions): RedisBlobStore {
  const { namespace, timeout, clock, ...access } = options;
  return new RedisBlobStore(new RestTransport(access), { namespace, timeout, clock });
}
