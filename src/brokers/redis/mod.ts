/**
 * The Redis broker's door: Redis, Valkey, Dragonfly and Upstash over TCP.
 *
 * @module
 */
import { RedisBroker } from "./redis_broker.ts";
import type { RedisBrokerOptions } from "./redis_options.ts";
import type { RespAddressOptions } from "./resp_address.ts";
import { TcpTransport } from "./tcp.ts";

export { RedisBroker } from "./redis_broker.ts";
export type { RedisBrokerOptions } from "./redis_options.ts";

/** Options of {@link redis}: those of the broker, and where the server is. */
export interface RedisOptions extends RedisBrokerOptions, RespAddressOptions {}

/** Nothing else can be done about a server that is silent for so long than to connect again, in milliseconds. */
const SILENCE = 10_000;

/**
 * A broker in Redis over TCP, at a URL (`redis://` or `rediss://`) or as the options say. Needs Redis 7.0 or later.
 * Nothing connects before the first call.
 *
 * @throws {TypeError} when the URL is not one of Redis; its password is never part of an error
 */
export function redis(options: string | URL | RedisOptions = {}): RedisBroker {
  const given: RedisOptions = typeof options === "string" || options instanceof URL ? { url: options } : options;
  const { namespace, partitions, maxQueueLength, resultRetention, clock, timeout, ...address } = given;
  const transport = new TcpTransport({ ...address, commandTimeout: Math.min(timeout ?? SILENCE, SILENCE) });
  return new RedisBroker(transport, { namespace, partitions, maxQueueLength, resultRetention, clock, timeout });
}
