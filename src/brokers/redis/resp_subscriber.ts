/**
 * Subscriptions that outlive their connection: one connection listens for all of them, and is re-established with all
 * of them.
 *
 * @module
 */
import { clearTimeout, setTimeout } from "node:timers";
import { ConnectionLost, RedisError } from "./redis_error.ts";
import type { RespConnection } from "./resp_connection.ts";
import { RespLink, type RespLinkOptions } from "./resp_link.ts";
import type { PushHandler, PushKind, PushMessage } from "./resp_subscriptions.ts";

/** What a subscriber may ask for. */
export interface ListenOptions {
  /**
   * Called after each re-establishment: messages may have been missed, so that what they announce has to be looked up.
   */
  readonly onReconnect?: () => void;
  /**
   * Milliseconds until a subscription that the server did not confirm is given up. Default: the client's
   * `commandTimeout`, else 30 000.
   */
  readonly timeout?: number;
}

/** A subscription in force. */
export interface RespSubscription extends AsyncDisposable {
  /** Ends it; resolves when the server has confirmed, or the connection is gone. */
  unsubscribe(): Promise<void>;
}

interface Listener {
  readonly kind: PushKind;
  readonly names: readonly string[];
  readonly onMessage: PushHandler;
  readonly onReconnect: (() => void) | undefined;
  readonly timeout: number;
}

interface Turn {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** A ping a minute finds a dead peer, and costs less than the budget of an idle worker. */
const PING_AFTER = 60_000;

/** Keeps subscriptions in force. */
export class RespSubscriber {
  readonly #link: RespLink;
  readonly #listeners = new Set<Listener>();
  /** What has been asked of the current connection, by kind and name, and when it is confirmed. */
  #asked = new Map<string, Promise<void>>();
  /** Who waits for the next connection. */
  readonly #turns = new Set<Turn>();
  readonly #timeout: number;
  #opened = 0;
  #lastError: unknown;

  /** Takes how to connect. Nothing is opened before the first subscription. */
  constructor(options: RespLinkOptions) {
    this.#timeout = options.commandTimeout ?? 30_000;
    this.#link = new RespLink({ pingAfter: PING_AFTER, ...options }, {
      wanted: () => this.#listeners.size > 0,
      opened: (connection) => this.#restore(connection),
      ready: () => this.#announce(),
      failed: (error, final) => this.#noteFailure(error, final),
    });
  }

  /**
   * Listens to channels or patterns. Resolves when the server has confirmed; until then, connections are tried again
   * and again.
   */
  async listen(
    kind: PushKind,
    names: readonly string[],
    onMessage: PushHandler,
    options: ListenOptions,
  ): Promise<RespSubscription> {
    const { onReconnect, timeout = this.#timeout } = options;
    const listener: Listener = { kind, names, onMessage, onReconnect, timeout };
    this.#listeners.add(listener);
    try {
      await this.#confirm(listener);
    } catch (error) {
      this.#listeners.delete(listener);
      throw error;
    }
    const unsubscribe = () => this.#drop(listener);
    return { unsubscribe, [Symbol.asyncDispose]: unsubscribe };
  }

  /** Ends all subscriptions and the connection. */
  async end(how: "close" | "destroy"): Promise<void> {
    this.#listeners.clear();
    const ended = this.#link.end(how);
    this.#settleTurns((turn) => turn.reject(new ConnectionLost("closed by its owner", false)));
    await ended;
  }

  async #confirm(listener: Listener): Promise<void> {
    const connection = this.#link.current;
    if (connection === undefined) return await this.#nextTurn(listener.timeout);
    try {
      await this.#ask(connection, [listener]);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      await this.#nextTurn(listener.timeout);
    }
  }

  #nextTurn(timeout: number): Promise<void> {
    if (this.#link.ended) return Promise.reject(new ConnectionLost("closed by its owner", false));
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#turns.delete(turn);
        reject(new ConnectionLost("not connected in time", false, this.#lastError));
      };
      const timer = timeout > 0x7fff_ffff ? undefined : setTimeout(giveUp, timeout);
      const turn: Turn = { resolve, reject, timer };
      this.#turns.add(turn);
      this.#link.wake();
    });
  }

  async #restore(connection: RespConnection): Promise<void> {
    this.#asked = new Map();
    // A listener may come while the others are being confirmed.
    do await this.#ask(connection, [...this.#listeners]); while (
      [...this.#listeners].some((listener) => this.#missing(listener).length > 0)
    );
  }

  #missing({ kind, names }: Listener): string[] {
    return names.filter((name) => !this.#asked.has(keyOf(kind, name)));
  }

  /**
   * Asks the connection for what it was not asked for yet; resolves when everything the listeners need is confirmed.
   */
  async #ask(connection: RespConnection, listeners: readonly Listener[]): Promise<void> {
    const asked = this.#asked;
    for (const listener of listeners) {
      const { kind } = listener;
      const missing = this.#missing(listener);
      if (missing.length === 0) continue;
      const onMessage = (message: PushMessage) => this.#dispatch(kind, message);
      const confirmed = kind === "message"
        ? connection.subscribe(missing, onMessage)
        : connection.psubscribe(missing, onMessage);
      for (const name of missing) asked.set(keyOf(kind, name), confirmed);
      confirmed.catch(() => missing.forEach((name) => asked.delete(keyOf(kind, name))));
    }
    await Promise.all(listeners.flatMap(({ kind, names }) => names.map((name) => asked.get(keyOf(kind, name)))));
  }

  #dispatch(kind: PushKind, message: PushMessage): void {
    const name = message.pattern ?? message.channel;
    for (const listener of this.#listeners) {
      if (listener.kind === kind && listener.names.includes(name)) listener.onMessage(message);
    }
  }

  #announce(): void {
    this.#opened++;
    this.#lastError = undefined;
    this.#settleTurns((turn) => turn.resolve());
    if (this.#listeners.size === 0) return this.#link.renew();
    if (this.#opened === 1) return;
    for (const listener of this.#listeners) listener.onReconnect?.();
  }

  #noteFailure(error: unknown, final: boolean): void {
    this.#lastError = error;
    // Whoever still waits is told; those in force before are kept and tried again: they must not fall silent.
    if (final && error instanceof RedisError) this.#settleTurns((turn) => turn.reject(error));
  }

  #settleTurns(settle: (turn: Turn) => void): void {
    const turns = [...this.#turns];
    this.#turns.clear();
    for (const turn of turns) {
      clearTimeout(turn.timer);
      settle(turn);
    }
  }

  async #drop(listener: Listener): Promise<void> {
    if (!this.#listeners.delete(listener)) return;
    const { kind } = listener;
    const connection = this.#link.current;
    if (connection === undefined) return;
    if (this.#listeners.size === 0) return this.#link.renew();
    const inUse = new Set([...this.#listeners].filter((other) => other.kind === kind).flatMap(({ names }) => names));
    const free = listener.names.filter((name) => !inUse.has(name) && this.#asked.delete(keyOf(kind, name)));
    const confirmed = kind === "message" ? connection.unsubscribe(free) : connection.punsubscribe(free);
    await confirmed.catch((error) => {
      if (!(error instanceof ConnectionLost)) throw error;
    });
  }
}

function keyOf(kind: PushKind, name: string): string {
  return `${kind}:${name}`;
}
