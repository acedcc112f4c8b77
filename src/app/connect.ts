/** Finds the broker that a URL names. Only the chosen one is loaded. @module */
import type { Broker, BrokerOptions } from "../broker.ts";
import type { Env } from "./settings.ts";

/** Where the embedded broker keeps an app's messages when nothing else is said. */
export function defaultBrokerUrl(app: string): string {
  return `sqlite:.umbel/${app.replace(/[^\w.-]/g, "_")}.sqlite`;
}

/** What a URL may look like, for errors and help. */
export const BROKER_FORMS =
  "memory:, sqlite:<path>, redis://host:6379, rediss://, redis+cluster://, or https:// for Upstash's REST API";

/**
 * The broker of a URL.
 *
 * @throws {TypeError} when no broker is known for it; a password is never part of the text
 */
export async function connect(url: string, env: Env = {}, options: BrokerOptions = {}): Promise<Broker> {
  const scheme = /^([a-z+]+):/.exec(url)?.[1];
  switch (scheme) {
    case "memory":
      return (await import("../brokers/memory/mod.ts")).memory(options);
    case "sqlite":
      return (await loadDoor<SqliteDoor>("../brokers/sqlite")).sqlite({
        ...options,
        path: url.slice("sqlite:".length),
      });
    case "redis":
    case "rediss":
    case "redis+cluster":
    case "rediss+cluster":
      return (await loadDoor<RedisDoor>("../brokers/redis")).redis({ ...options, url });
    case "http":
    case "https":
      return (await import("../brokers/redis/upstash/mod.ts")).upstash({ ...options, ...restAccess(url, env) });
    default:
      throw new TypeError(
        `Cannot connect to a broker as its URL must be one of ${BROKER_FORMS}: current scheme is ${scheme ?? "none"}`,
      );
  }
}

interface RedisDoor {
  redis(options: BrokerOptions & { readonly url: string }): Broker;
}

interface SqliteDoor {
  sqlite(options: BrokerOptions & { readonly path: string }): Broker;
}

/**
 * The door of what needs more than an edge has. Its address is put together at run time, so that a bundler for
 * the edge does not follow it; who bundles for a server gives the app its broker instead of a URL.
 */
export async function loadDoor<Door>(folder: string): Promise<Door> {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  try {
    return await import(new URL(`${folder}/mod.${ending}`, import.meta.url).href);
  } catch (cause) {
    throw new TypeError(
      `Cannot load ${folder} as it must stand beside this module: in a bundle, import the broker or blob store from its door and give it to the app`,
      { cause },
    );
  }
}

/** The address and the token of a REST URL; the token stands in it as a password, or in a variable. */
export function restAccess(url: string, env: Env): { readonly url: string; readonly token: string } {
  const { origin, pathname, password } = parseUrl(url, "Upstash");
  const token = decodeURIComponent(password) || env.UMBEL_BROKER_TOKEN || env.UPSTASH_REDIS_REST_TOKEN;
  if (token) return { url: origin + pathname.replace(/\/$/, ""), token };
  throw new TypeError(
    `Cannot connect to ${origin} as it needs a token: set UMBEL_BROKER_TOKEN or UPSTASH_REDIS_REST_TOKEN`,
  );
}

/**
 * A URL in its parts.
 *
 * @throws {TypeError} when it is none; the host's own error would show it, with what may be a password
 */
export function parseUrl(url: string, what: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new TypeError(`Cannot connect to ${what} as its URL must be valid: current value is not a URL`);
}

/**
 * A URL without its secrets, for people to read. It may be one that cannot be, such as one whose password was not encoded;
 * a name without a password may be a password that lacks its colon.
 */
export function maskUrl(url: string): string {
  const masked = url.replace(/\/\/(.*)@/s, (_, entry: string) => {
    const colon = entry.indexOf(":");
    return colon < 0 ? "//***@" : `//${entry.slice(0, colon)}:***@`;
  });
  return masked.replace(/([?&](?:token|password|secret)=)[^&]*/gi, "$1***");
}
