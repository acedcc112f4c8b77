/** Sees that a Redis answers before anything is built on it. @module */
import { maskUrl } from "../app/connect.ts";
import { resolveRespAddress } from "../brokers/redis/resp_address.ts";
import { RespClient } from "../brokers/redis/resp_client.ts";
import { RespConnection } from "../brokers/redis/resp_connection.ts";

/** How long Redis may take to answer, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Resolves when a Redis answers.
 *
 * @param what what cannot be done without it, for the error: a verb and its object
 * @param patient try again for some seconds: a service may start before its Redis, while who types a command waits for the answer
 * @throws {TypeError} when the URL is not that of one server; trying again would not help
 * @throws {Error} with its address, without secrets, and the reason
 */
export async function reachRedis(url: string, what: string, patient: boolean = false): Promise<void> {
  resolveRespAddress({ url });
  try {
    await using redis = patient
      ? new RespClient({ url, commandTimeout: PATIENCE })
      : await RespConnection.connect({ url, connectTimeout: PATIENCE, commandTimeout: PATIENCE });
    await redis.command(["PING"]);
  } catch (cause) {
    throw new Error(`Cannot ${what} as Redis must answer at ${maskUrl(url)}: ${reasonOf(cause)}`, { cause });
  }
}

/** The first cause of an error, in its own words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What Bun's fetch adds is for who wrote the call.
  return error.cause instanceof Error
    ? reasonOf(error.cause)
    : error.message.replace(/ For more information, pass .*$/s, "");
}
