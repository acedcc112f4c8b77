/** A Redis client that outlives its connections: lazy, reconnecting, and honest about what it does not know. @module */
import { clearTimeout, setTimeout } from "node:timers";
import { ConnectionLost, RedisError } from "./redis_error.ts";
import type { Command, Reply } from "./resp.ts";
import type { RespCommandOptions, RespConnection } from "./resp_connection.ts";
import { RespLink, type RespLinkOptions } from "./resp_link.ts";
import { type ListenOptions, RespSubscriber, type RespSubscription } from "./resp_subscriber.ts";
import type { PushHandler } from "./resp_subscriptions.ts";

/** A command that waits for a connection. */
interface Waiter {
  readonly resolve: (connection: RespConnection) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/**
 * Connects at the first command and again whenever needed. A command that was never written waits for the next
 * connection until its deadline (`timeout`, else `commandTimeout`); one that was written and not answered rejects with
 * {@linkcode ConnectionLost}, for only the caller knows whether it may be sent twice. Subscriptions live on a
 * connection of their own and are re-established.
 *
 * @example
 * ```ts
 * await using redis = new RespClient({ url: "redis://127.0.0.1:6379" });
 * await redis.command(["INCR", "visits"]);
 * await redis.subscribe(["news"], ({ payload }) => console.log(payload), { onReconnect: () => console.log("back") });
 * ```
 */
export class RespClient implements AsyncDisposable {
  readonly #options: RespLinkOptions;
  readonly #link: RespLink;
  readonly #waiters = new Set<Waiter>();
  #subscriber: RespSubscriber | undefined;
  #lastError: unknown;

  /** Takes how to connect. Nothing is opened yet. */
  constructor(options: RespLinkOptions = {}) {
    this.#options = options;
    this.#link = new RespLink(options, {
      wanted: () => this.#waiters.size > 0,
      opened: () => Promise.resolve(),
      ready: (connection) => this.#giveToWaiters(connection),
      failed: (error, final) => this.#noteFailure(error, final),
    });
  }

  /** Whether a connection is open now. */
  get connected(): boolean {
    return this.#link.current !== undefined;
  }

  /** Sends a command. Rejects with the {@linkcode RedisError} answered, or with {@linkcode ConnectionLost}. */
  async command(command: Command, options: RespCommandOptions = {}): Promise<Reply> {
    const [reply = null] = await this.commands([command], options);
    if (reply instanceof RedisError) throw reply;
    return reply;
  }

  /**
   * Sends commands in one go; the answers come in their order, errors among them as values. Rejects only with
   * {@linkcode ConnectionLost}.
   */
  async commands(batch: readonly Command[], options: RespCommandOptions = {}): Promise<Reply[]> {
    const deadline = performance.now() + (options.timeout ?? this.#options.commandTimeout ?? 30_000);
    while (true) {
      const connection = this.#link.current ?? await this.#nextConnection(deadline);
      const timeout = Math.max(1, deadline - performance.now());
      try {
        const replies = await connection.commands(batch, { ...options, timeout });
        // After a failover the old primary is a replica: its name may lead to the new one by now.
        if (replies.some(isReadOnly)) this.#link.renew();
        return replies;
      } catch (error) {
        if (!(error instanceof ConnectionLost) || error.written) throw error;
      }
    }
  }

  /**
   * Listens to channels over a connection of their own, which is re-established with all its subscriptions when lost.
   */
  subscribe(
    channels: readonly string[],
    onMessage: PushHandler,
    options: ListenOptions = {},
  ): Promise<RespSubscription> {
    return this.#subscriptions().listen("message", channels, onMessage, options);
  }

  /** Listens to patterns, as {@linkcode RespClient.subscribe} does to channels. */
  psubscribe(
    patterns: readonly string[],
    onMessage: PushHandler,
    options: ListenOptions = {},
  ): Promise<RespSubscription> {
    return this.#subscriptions().listen("pmessage", patterns, onMessage, options);
  }

  /** Waits for the answers of the commands sent, ends the connections, and takes nothing more. */
  async close(): Promise<void> {
    await Promise.all([this.#end("close"), this.#subscriber?.end("close")]);
  }

  /** Ends the connections at once; what was written and not answered rejects with {@linkcode ConnectionLost}. */
  async destroy(): Promise<void> {
    await Promise.all([this.#end("destroy"), this.#subscriber?.end("destroy")]);
  }

  /** The same as {@linkcode RespClient.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(how: "close" | "destroy"): Promise<void> {
    const ended = this.#link.end(how);
    this.#rejectWaiters(new ConnectionLost("closed by its owner", false));
    await ended;
    this.#rejectWaiters(new ConnectionLost("closed by its owner", false));
  }

  #subscriptions(): RespSubscriber {
    return this.#subscriber ??= new RespSubscriber(this.#options);
  }

  #nextConnection(deadline: number): Promise<RespConnection> {
    if (this.#link.ended) return Promise.reject(new ConnectionLost("closed by its owner", false));
    return new Promise((resolve, reject) => {
      const left = deadline - performance.now();
      const giveUp = () => {
        this.#waiters.delete(waiter);
        reject(new ConnectionLost("not connected in time", false, this.#lastError));
      };
      const timer = left > 0x7fff_ffff ? undefined : setTimeout(giveUp, Math.max(0, left));
      const waiter: Waiter = { resolve, reject, timer };
      this.#waiters.add(waiter);
      this.#link.wake();
    });
  }

  #giveToWaiters(connection: RespConnection): void {
    this.#lastError = undefined;
    for (const waiter of this.#takeWaiters()) waiter.resolve(connection);
  }

  #noteFailure(error: unknown, final: boolean): void {
    this.#lastError = error;
    if (final) this.#rejectWaiters(error);
  }

  #rejectWaiters(error: unknown): void {
    for (const waiter of this.#takeWaiters()) waiter.reject(error);
  }

  #takeWaiters(): Waiter[] {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) clearTimeout(waiter.timer);
    return waiters;
  }
}

function isReadOnly(reply: Reply): boolean {
  return reply instanceof RedisError && reply.code === "READONLY";
}
