/**
 * Blobs in Redis: in chunks, so that no value grows towards a limit of the server's or a provider's.
 *
 * @module
 */
import { openTransport, SILENCE } from "../../brokers/redis/open_transport.ts";
import type { RespAddressOptions } from "../../brokers/redis/resp_address.ts";
import { type RedisBlobOptions, RedisBlobStore } from "./redis_blob_store.ts";

export { type RedisBlobOptions, RedisBlobStore } from "./redis_blob_store.ts";

/** Options of {@link redisBlobs}: those of the store, and where the server is. */
export interface RedisBlobsOptions extends RedisBlobOptions, RespAddressOptions {}

/**
 * A blob store in Redis over TCP, at a URL (`redis://`, `rediss://`, `redis+cluster://` or `rediss+cluster://`) or as the
 * options say. In a cluster the chunks of one blob lie on one node, and blobs are spread over all.
 *
 * @throws {TypeError} when the URL is not one of Redis; its password is never part of an error
 */
export function redisBlobs(options: string | URL | RedisBlobsOptions = {}): RedisBlobStore {
  const given: RedisBlobsOptions = typeof options === "string" || options instanceof URL ? { url: options } : options;
  const { namespace, timeout, clock, ...address } = given;
  const transport = openTransport({ ...address, commandTimeout: SILENCE });
  return new RedisBlobStore(transport, { namespace, timeout, clock }, () => transport.close());
}
