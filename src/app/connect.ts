/** Finds the broker that a URL names. Only the chosen one is loaded. @module */
import type { Broker, BrokerOptions } from "../broker.ts";

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
export async function connect(url: string, options: BrokerOptions = {}): Promise<Broker> {
  const scheme = /^([a-z+]+):/.exec(url)?.[1];
  switch (scheme) {
    case "memory":
      return (await import("../brokers/memory/mod.ts")).memory(options);
    case "sqlite":
      return (await import("../brokers/sqlite/mod.ts")).sqlite({ ...options, path: url.slice("sqlite:".length) });
    default:
      throw new TypeError(
        `Cannot connect to a broker as its URL must be one of ${BROKER_FORMS}: current scheme is ${scheme ?? "none"}`,
      );
  }
}

/** A URL without its secrets, for people to read. */
export function maskUrl(url: string): string {
  return url.replace(/(\/\/[^/:@]*):[^@/]*@/, "$1:***@").replace(/([?&](?:token|password|secret)=)[^&]*/gi, "$1***");
}
