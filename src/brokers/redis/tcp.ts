/** The transport over TCP: our own client, with a connection for commands and one for listening. @module */
import type { Answer } from "./call.ts";
import { RedisError } from "./redis_error.ts";
import type { Command, Reply } from "./resp.ts";
import { resolveRespAddress } from "./resp_address.ts";
import { RespClient } from "./resp_client.ts";
import type { RespLinkOptions } from "./resp_link.ts";
import { LOCKING_LINE, type Script } from "./script.ts";
import type { Listener, Listening, Transport } from "./transport.ts";

/** Carries scripts to one server over TCP. */
export class TcpTransport implements Transport {
  readonly description: string;
  readonly #client: RespClient;
  /** Whether scripts begin with the line that Upstash wants. */
  #locking: boolean;

  constructor(options: RespLinkOptions) {
    const { host, port, db, tls } = resolveRespAddress(options);
    this.description = `${tls ? "rediss" : "redis"} ${host}:${port}${db === 0 ? "" : `/${db}`}`;
    this.#locking = host.endsWith(".upstash.io");
    // A worker looks once a minute anyway: no pings on top.
    this.#client = new RespClient({ pingAfter: Infinity, ...options });
  }

  /** Whether a connection for commands is open. */
  get connected(): boolean {
    return this.#client.connected;
  }

  /** {@inheritDoc Transport.run} */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Answer> {
    return this.#run(script, [keys.length, ...keys, ...args], (command) => this.command(command));
  }

  /** The same on a node of a cluster that is taking the keys over from another. */
  runAsking(script: Script, keys: readonly string[], args: readonly string[]): Promise<Answer> {
    return this.#run(script, [keys.length, ...keys, ...args], async (command) => {
      const [, reply = null] = await this.#client.commands([["ASKING"], command]);
      if (reply instanceof RedisError) throw reply;
      return reply;
    });
  }

  async #run(script: Script, rest: Command, send: (command: Command) => Promise<Reply>): Promise<Answer> {
    try {
      return answerOf(await send(["EVALSHA", this.#locking ? script.lockingSha : script.sha, ...rest]));
    } catch (error) {
      if (!(error instanceof RedisError) || error.code !== "NOSCRIPT") throw error;
    }
    try {
      return answerOf(await send(["EVAL", this.#locking ? LOCKING_LINE + script.text : script.text, ...rest]));
    } catch (error) {
      if (!this.#locking || !(error instanceof RedisError) || !error.message.includes("script shebang")) throw error;
    }
    this.#locking = false;
    return answerOf(await send(["EVAL", script.text, ...rest]));
  }

  /** {@inheritDoc Transport.fields} */
  async fields(key: string, fields: readonly string[]): Promise<readonly (string | null)[]> {
    const reply = await this.command(["HMGET", key, ...fields]);
    return Array.isArray(reply) ? reply.map((value) => typeof value === "string" ? value : null) : [];
  }

  /** {@inheritDoc Transport.exists} */
  async exists(keys: readonly string[]): Promise<number> {
    return Number(await this.command(["EXISTS", ...keys]));
  }

  /** Sends any command. */
  command(command: Command, timeout?: number): Promise<Reply> {
    return this.#client.command(command, { timeout });
  }

  /** {@inheritDoc Transport.listen} */
  async listen(channel: string, _key: string, { heard, resumed }: Listener): Promise<Listening> {
    const subscription = await this.#client.subscribe([channel], ({ payload }) => heard(String(payload)), {
      onReconnect: resumed,
    });
    return { close: () => subscription.unsubscribe() };
  }

  /** {@inheritDoc Transport.close} */
  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Ends the connections at once. */
  async destroy(): Promise<void> {
    await this.#client.destroy();
  }
}

/** A reply as the broker takes it: its scripts answer with texts, whole numbers, lists and nothing. */
function answerOf(reply: Reply): Answer {
  if (typeof reply === "string" || typeof reply === "number" || reply === null) return reply;
  if (Array.isArray(reply)) return reply.map(answerOf);
  if (reply instanceof RedisError) throw reply;
  throw new TypeError(`Cannot read the answer of Redis as it must be text: current value is ${typeof reply}`);
}
