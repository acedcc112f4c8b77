/**
 * The Upstash broker's door: Redis over HTTP by the official client, for producers and for workers without a TCP
 * connection.
 *
 * @module
 */
import { Redis } from "@upstash/redis/cloudflare";
import { RedisBroker } from "../redis_broker.ts";
import type { RedisBrokerOptions } from "../redis_options.ts";
import { type RestAccess, RestRequests } from "../rest_request.ts";
import { listenOverSse } from "../sse.ts";
import { type ListenByStream, streamsOf, type UpstashClient, UpstashTransport } from "./client.ts";

export { RedisBroker } from "../redis_broker.ts";
export type { RedisBrokerOptions } from "../redis_options.ts";
export type { RestAccess } from "../rest_request.ts";
export type { UpstashClient, UpstashSubscriber } from "./client.ts";

/** Options of {@link upstash}: those of the broker, and the database's address and token, or a client that has them. */
export interface UpstashOptions extends RedisBrokerOptions, Partial<RestAccess> {
  /** A client of `@upstash/redis` that is used as it is, instead of one made here. */
  readonly client?: UpstashClient;
  /**
   * Whether event streams tell of results and wake workers; without them, whoever waits polls. A stream serves all that
   * wait in its process, which does not go where each request stands for itself. @default {true} unless this runs on
   * Cloudflare Workers
   */
  readonly listen?: boolean;
}

/** A request is given up after so long, in milliseconds. */
const PATIENCE = 10_000;

/**
 * A broker in Redis over Upstash's REST API, by the official client: a given one, or one made for `url` and `token`, or
 * for the environment's `UPSTASH_REDIS_REST_URL` and `UPSTASH_REDIS_REST_TOKEN`. Nothing is requested before the first
 * call.
 *
 * Workers are woken by event streams; there is no blocking command, and an idle one costs a request a minute.
 *
 * @throws {TypeError} when the address or the token is missing
 */
export function upstash(options: UpstashOptions | UpstashClient = {}): RedisBroker {
  const given: UpstashOptions = "evalsha" in options ? { client: options } : options;
  const { client, url, token, listen = !onWorkers(), ...rest } = given;
  if (client) {
    const listening = listen ? streamsOf(client) : undefined;
    return new RedisBroker(new UpstashTransport(client, "upstash by a client of its own", listening), rest);
  }
  const access = accessOf(url, token);
  // Listening goes by our own streams: those of the client do not tell when they end.
  const requests = new RestRequests(access);
  const listening: ListenByStream = (channel, listener) => listenOverSse(requests, channel, listener);
  const description = `upstash ${requests.url}`;
  return new RedisBroker(
    new UpstashTransport(clientOf(access, rest.timeout), description, listen ? listening : undefined),
    rest,
  );
}

/**
 * Whether this is an isolate of Cloudflare's, where what a request has opened ends with it, and cannot be waited for by
 * another: a second request would wait for ever.
 */
function onWorkers(): boolean {
  const host: { readonly navigator?: { readonly userAgent?: string } } = globalThis;
  return host.navigator?.userAgent === "Cloudflare-Workers";
}

function accessOf(url: string | undefined, token: string | undefined): RestAccess {
  const [address, secret] = [url ?? variable("UPSTASH_REDIS_REST_URL"), token ?? variable("UPSTASH_REDIS_REST_TOKEN")];
  if (address && secret) return { url: address, token: secret };
  throw new TypeError(
    `Cannot connect to Upstash as it needs ${address ? "a token" : "a URL"}: give it, or set UPSTASH_REDIS_REST_${
      address ? "TOKEN" : "URL"
    }`,
  );
}

/** A variable of the environment, where there is one: on the edge there may be none. */
function variable(name: string): string | undefined {
  const host: { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } } = globalThis;
  return host.process?.env?.[name];
}

/** It tries once: the broker tries again by itself, and knows for how long. */
function clientOf({ url, token }: RestAccess, timeout: number = PATIENCE): UpstashClient {
  const signal = () => AbortSignal.timeout(Math.min(timeout, PATIENCE));
  return new Redis({
    url,
    token,
    signal,
    automaticDeserialization: false,
    retry: { retries: 0 },
    enableTelemetry: false,
  });
}
