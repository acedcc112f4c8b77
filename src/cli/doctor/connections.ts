/** Ways to ask a server, for checks: commands over TCP or over Upstash's REST API, without a broker in between. @module */
import { resolveRespAddress, type RespAddressOptions } from "../../brokers/redis/resp_address.ts";
import { RespConnection } from "../../brokers/redis/resp_connection.ts";
import type { RestAccess } from "../../brokers/redis/rest_request.ts";
import type { Reply } from "../../brokers/redis/resp.ts";
import type { CheckedRedis } from "./redis.ts";

/** How long an answer may take, in milliseconds. */
const PATIENCE = 5_000;

/** Runs `use` with a server that speaks Redis's own protocol. It is connected to once: where that fails, so does the first question. */
export async function overTcp<T>(
  address: RespAddressOptions,
  use: (redis: CheckedRedis) => Promise<T>,
): Promise<T> {
  const managed = isUpstash(resolveRespAddress(address).host);
  const opening = RespConnection.connect({ ...address, connectTimeout: PATIENCE, commandTimeout: PATIENCE });
  const closing = opening.then((connection) => () => connection.close(), () => () => {});
  try {
    return await use({ managed, ask: async (...command) => plain(await (await opening).command(command)) });
  } finally {
    await (await closing)();
  }
}

/** A reply with nothing in it but texts, numbers and lists. */
function plain(reply: Reply): unknown {
  return Array.isArray(reply) ? reply.map(plain) : reply;
}

/** Runs `use` with a server behind a REST API. */
export async function overRest<T>(
  { url, token }: RestAccess,
  use: (redis: CheckedRedis) => Promise<T>,
): Promise<T> {
  const ask = async (...command: readonly string[]) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(command),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const answer: { readonly result?: unknown; readonly error?: string } = await response.json().catch(() => {
      throw new Error(`an answer that is not JSON, with status ${response.status}: Upstash's REST API gives none`);
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  };
  return await use({ managed: isUpstash(new URL(url).hostname), ask });
}

function isUpstash(host: string): boolean {
  return host.endsWith(".upstash.io");
}
