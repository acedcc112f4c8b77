/**
 * Blobs in Redis: in chunks, so that no value grows towards a limit of the server's or a provider's.
 *
 * @module
 */
import { TcpTransport } from "../../brokers/redis/tcp.ts";
import type { RespAddressOptions } from "../../brokers/redis/resp_address.ts";
import { type RedisBlobOptions, RedisBlobStore } from "./redis_blob_store.ts";

export { type RedisBlobOptions, RedisBlobStore } from "./redis_blob_store.ts";

/** Options of {@link redisBlobs}: those of the store, and where the server is. */
export interface RedisBlobsOptions extends RedisBlobOptions, RespAddressOptions {}

/** Nothing else can be done about a server that is silent for so long than to connect again, in milliseconds. */
const SILENCE = 10_000;

/** A blob store in Redis over TCP, at a URL (`redis://` or `rediss://`) or as the options say. */
export function redisBlobs(options: string | URL | RedisBlobsOptions = {}): RedisBlobStore {
  const given: RedisBlobsOptions = typeof options === "string" || options instanceof URL ? { url: options } : options;
  const { namespace, timeout, clock, ...address } = given;
  const transport = new TcpTransport({ ...address, commandTimeout: SILENCE });
  return new RedisBlobStore(transport, { namespace, timeout, clock }, () => transport.close());
}
