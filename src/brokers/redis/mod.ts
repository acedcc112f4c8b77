/**
 * The Redis broker's door: Redis, Valkey, Dragonfly and Upstash over TCP, and Redis Cluster.
 *
 * @module
 */
import { isClusterUrl } from "./cluster/cluster_url.ts";
import { openTransport, SILENCE } from "./open_transport.ts";
import { RedisBroker } from "./redis_broker.ts";
import type { RedisBrokerOptions } from "./redis_options.ts";
import type { RespAddressOptions } from "./resp_address.ts";

export { RedisBroker } from "./redis_broker.ts";
export type { RedisBrokerOptions } from "./redis_options.ts";

/** Options of {@link redis}: those of the broker, and where the server is. */
export interface RedisOptions extends RedisBrokerOptions, RespAddressOptions {}

/** Into how many parts tasks are spread in a cluster unless told otherwise: a node serves some of them. */
const CLUSTER_PARTITIONS = 16;

/**
 * A broker in Redis over TCP, at a URL or as the options say. Needs Redis 7.0 or later. Nothing connects before the first
 * call.
 *
 * `redis://[[user]:password@]host[:port][/db]` and `rediss://` lead to one server. `redis+cluster://` and
 * `rediss+cluster://`, with one or more hosts with commas between, lead to a cluster; tasks are spread over 16 partitions
 * there unless `partitions` says otherwise.
 *
 * @throws {TypeError} when the URL is not one of Redis; its password is never part of an error
 */
export function redis(options: string | URL | RedisOptions = {}): RedisBroker {
  const given: RedisOptions = typeof options === "string" || options instanceof URL ? { url: options } : options;
  const { namespace, partitions, maxQueueLength, resultRetention, clock, timeout, ...address } = given;
  const transport = openTransport({ ...address, commandTimeout: Math.min(timeout ?? SILENCE, SILENCE) });
  return new RedisBroker(transport, {
    ...{ namespace, maxQueueLength, resultRetention, clock, timeout },
    partitions: partitions ?? (isClusterUrl(String(address.url ?? "")) ? CLUSTER_PARTITIONS : 1),
  });
}
