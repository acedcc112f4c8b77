/** One connection to a Redis server: pipelined commands with deadlines, and the push modes of RESP2. @module */
import type { Socket } from "node:net";
import { deferred } from "../../base/deferred.ts";
import { clearTimeout, setTimeout } from "node:timers";
import { resolveRespAddress, type RespAddress, type RespAddressOptions } from "./resp_address.ts";
import { type Command, CommandWriter, type Decoding, type Reply, RespParser } from "./resp.ts";
import { openSocket } from "./resp_socket.ts";
import { RespInbox, type RespRequest } from "./resp_inbox.ts";
import { ConnectionLost, RedisError } from "./redis_error.ts";
import { type PushHandler, type PushKind, RespSubscriptions } from "./resp_subscriptions.ts";

/** How to connect and how long to wait. Times are milliseconds. */
export interface RespConnectionOptions extends RespAddressOptions {
  /** Milliseconds until an attempt to connect, handshake included, is given up. Default: 10 000. */
  readonly connectTimeout?: number;
  /**
   * Milliseconds until a command without an answer ends the connection: with RESP2 nothing else can be done, as the
   * answers behind it could not be told apart, and a silent server is most often one that is gone. `Infinity` waits
   * for ever. Default: 30 000.
   */
  readonly commandTimeout?: number;
  /** Milliseconds of silence after which the kernel probes the other side. Default: 15 000. */
  readonly keepAlive?: number;
  /**
   * Milliseconds of silence after which a `PING` is sent, so that a connection that only listens notices within
   * `commandTimeout` more that the other side is gone. A ping is a billed command where commands are billed. Default:
   * `Infinity`, none.
   */
  readonly pingAfter?: number;
  /** How bulk strings are read unless a command says otherwise. Default: `text`. */
  readonly decoding?: "text" | "bytes";
  /** Gives up connecting, and later ends the connection. */
  readonly signal?: AbortSignal;
}

/** What a single command may ask for. */
export interface RespCommandOptions {
  /** Milliseconds until the missing answer ends the connection. Default: the connection's `commandTimeout`. */
  readonly timeout?: number;
  /** How bulk strings of the answer are read. Default: the connection's. */
  readonly decoding?: Decoding;
}

/**
 * One connection. All commands issued within a tick leave in one write, in order, and a batch is never interleaved
 * with other commands, so that `MULTI … EXEC` as a batch is safe on a shared connection. It never reconnects: see
 * `RespClient`.
 *
 * @example
 * ```ts
 * const redis = await RespConnection.connect({ url: "redis://127.0.0.1:6379" });
 * await redis.command(["SET", "greeting", "hello"]);
 * const [length, text] = await redis.commands([["STRLEN", "greeting"], ["GET", "greeting"]]);
 * await redis.close();
 * ```
 */
export class RespConnection implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #options: RespConnectionOptions;
  readonly #writer = new CommandWriter();
  readonly #inbox = new RespInbox();
  readonly #subscriptions = new RespSubscriptions();
  readonly #closed = deferred<Error | undefined>();
  readonly #onAbort = (): void => this.destroy(toError(this.#options.signal?.reason));
  #flushing = false;
  #state: "open" | "closing" | "closed" = "open";
  #cause: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #heardAt = performance.now();

  private constructor(socket: Socket, options: RespConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    const parser = new RespParser({
      decoding: () => this.#inbox.decoding ?? this.#options.decoding ?? "text",
      reply: (reply) => this.#receive(reply),
    });
    socket.on("data", (chunk: Uint8Array) => this.#read(parser, chunk));
    socket.on("error", (error) => this.destroy(error));
    socket.on("end", () => this.#end("closed by the server"));
    socket.on("close", () => this.#end("closed"));
    options.signal?.addEventListener("abort", this.#onAbort);
    this.#watch(this.#nextPing());
  }

  /**
   * Connects, enters with `AUTH` and `SELECT` where asked for, and makes sure with a `PING` that the server takes
   * commands. Rejects with a {@linkcode RedisError} when it refuses, or is still `LOADING` its data.
   */
  static async connect(options: RespConnectionOptions = {}): Promise<RespConnection> {
    const address = resolveRespAddress(options);
    const timeout = options.connectTimeout ?? 10_000;
    const start = performance.now();
    const socket = await openSocket(address, {
      timeout,
      signal: options.signal,
      keepAlive: options.keepAlive ?? 15_000,
    });
    const connection = new RespConnection(socket, options);
    if (options.signal?.aborted) connection.#onAbort();
    await connection.#enter(address, Math.max(1, timeout - (performance.now() - start)));
    return connection;
  }

  /** Whether commands are still taken. */
  get open(): boolean {
    return this.#state === "open";
  }

  /**
   * Resolves when the connection has ended: with what ended it, or with nothing after {@linkcode
   * RespConnection.close}.
   */
  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
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
  commands(batch: readonly Command[], options: RespCommandOptions = {}): Promise<Reply[]> {
    if (batch.length === 0) return Promise.resolve([]);
    return this.#send(batch, batch.length, options);
  }

  /**
   * Listens to channels: resolves when the server has confirmed all of them. A connection that listens takes no other
   * commands.
   */
  async subscribe(channels: readonly string[], onMessage: PushHandler): Promise<void> {
    await this.#listen("message", ["SUBSCRIBE", ...channels], channels, onMessage);
  }

  /** Listens to patterns, as {@linkcode RespConnection.subscribe} does to channels. */
  async psubscribe(patterns: readonly string[], onMessage: PushHandler): Promise<void> {
    await this.#listen("pmessage", ["PSUBSCRIBE", ...patterns], patterns, onMessage);
  }

  /** Stops listening to channels. */
  async unsubscribe(channels: readonly string[]): Promise<void> {
    if (channels.length === 0) return;
    this.#subscriptions.remove("message", channels);
    await this.#send([["UNSUBSCRIBE", ...channels]], channels.length, {});
  }

  /** Stops listening to patterns. */
  async punsubscribe(patterns: readonly string[]): Promise<void> {
    if (patterns.length === 0) return;
    this.#subscriptions.remove("pmessage", patterns);
    await this.#send([["PUNSUBSCRIBE", ...patterns]], patterns.length, {});
  }

  /**
   * Turns the connection into a monitor: every command the server runs comes as a line. Nothing else can be sent
   * afterwards.
   */
  async monitor(onLine: (line: string) => void): Promise<void> {
    this.#subscriptions.monitor = onLine;
    await this.command(["MONITOR"]);
  }

  /** Takes no more commands, waits for the answers of those sent, and ends the connection. */
  async close(): Promise<void> {
    if (this.#state === "open") this.#state = "closing";
    this.#finishClosing();
    await this.closed;
  }

  /**
   * Ends the connection now. Commands without an answer reject with {@linkcode ConnectionLost}, `cause` being what is
   * given here.
   */
  destroy(cause?: Error): void {
    this.#cause ??= cause;
    this.#end(describeCause(cause));
  }

  /** The same as {@linkcode RespConnection.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(kind: PushKind, command: Command, names: readonly string[], onMessage: PushHandler): Promise<void> {
    this.#subscriptions.add(kind, names, onMessage);
    const [reply] = await this.#send([command], names.length, {});
    if (!(reply instanceof RedisError)) return;
    this.#subscriptions.remove(kind, names);
    throw reply;
  }

  async #enter({ username, password, db }: RespAddress, timeout: number): Promise<void> {
    const handshake: Command[] = [];
    if (password !== undefined) {
      handshake.push(username === undefined ? ["AUTH", password] : ["AUTH", username, password]);
    }
    if (db !== 0) handshake.push(["SELECT", db]);
    const replies = await this.commands([...handshake, ["PING"]], { timeout });
    const refused = replies.find((reply) => reply instanceof RedisError);
    // A user that may not even ping has been let in all the same.
    const pingOnly = refused === replies.at(-1) && refused instanceof RedisError && refused.code === "NOPERM";
    if (!(refused instanceof RedisError) || pingOnly) return;
    this.destroy(refused);
    throw refused;
  }

  #send(batch: readonly Command[], expected: number, options: RespCommandOptions): Promise<Reply[]> {
    if (this.#state !== "open") {
      return Promise.reject(new ConnectionLost(describeCause(this.#cause), false, this.#cause));
    }
    try {
      this.#writer.add(batch);
    } catch (error) {
      return Promise.reject(error);
    }
    const timeout = options.timeout ?? this.#options.commandTimeout ?? 30_000;
    const deadline = performance.now() + timeout;
    const decoding = options.decoding ?? this.#options.decoding ?? "text";
    this.#watch(deadline);
    this.#scheduleFlush();
    const joint = expected !== batch.length;
    return new Promise((resolve, reject) => {
      const request = {
        expected,
        joint,
        replies: [],
        decoding,
        deadline,
        written: false,
        next: undefined,
        resolve,
        reject,
      };
      this.#inbox.add(request);
    });
  }

  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      if (this.#state === "closed") return;
      this.#inbox.markWritten();
      this.#socket.write(this.#writer.take());
    });
  }

  #read(parser: RespParser, chunk: Uint8Array): void {
    if (this.#state === "closed") return;
    this.#heardAt = performance.now();
    try {
      parser.push(chunk);
    } catch (error) {
      this.destroy(error instanceof Error ? error : undefined);
    }
    if (this.#state === "closing") this.#finishClosing();
  }

  #receive(reply: Reply): void {
    if (this.#state === "closed" || this.#subscriptions.take(reply, this.#inbox.empty)) return;
    if (!this.#inbox.take(reply)) {
      this.destroy(reply instanceof RedisError ? reply : new Error("Redis answered what nobody asked"));
    }
  }

  #finishClosing(): void {
    if (this.#state === "closing" && this.#inbox.empty) this.#end("closed");
  }

  #end(reason: string): void {
    if (this.#state === "closed") return;
    const asked = this.#state === "closing" && this.#inbox.empty;
    this.#state = "closed";
    this.#cause ??= asked ? undefined : new Error(`The connection to Redis was ${reason}`);
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#socket.destroy();
    this.#inbox.lose((request: RespRequest) => new ConnectionLost(reason, request.written, this.#cause));
    this.#closed.resolve(this.#cause);
  }

  /** Makes sure that the clock is looked at no later than the given time: one timer serves all deadlines. */
  #watch(at: number): void {
    if (at >= this.#timerAt || at === Infinity) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#checkTime(), Math.min(Math.max(1, at - performance.now()), 0x7fff_ffff));
    this.#timer.unref();
  }

  #checkTime(): void {
    this.#timerAt = Infinity;
    if (this.#state === "closed") return;
    const now = performance.now();
    const deadline = this.#inbox.earliestDeadline();
    if (deadline <= now) return this.destroy(new Error("A command to Redis was not answered in time"));
    if (this.#nextPing() <= now && this.#inbox.empty && this.#state === "open") {
      this.command(["PING"]).catch(() => {});
    }
    const ping = this.#nextPing();
    this.#watch(
      Math.min(this.#inbox.earliestDeadline(), ping > now ? ping : now + (this.#options.pingAfter ?? Infinity)),
    );
  }

  #nextPing(): number {
    return this.#heardAt + (this.#options.pingAfter ?? Infinity);
  }
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? `lost: ${cause.message}` : "closed";
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("The connection to Redis was aborted");
}
