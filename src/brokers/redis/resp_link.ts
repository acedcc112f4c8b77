/**
 * Keeps one connection for its owner: opened when wanted, and again, after growing pauses, when it was lost.
 *
 * @module
 */
import { backoffDelay, type BackoffOptions } from "../../base/backoff.ts";
import { systemClock } from "../../base/clock.ts";
import { RespConnection, type RespConnectionOptions } from "./resp_connection.ts";
import { RedisError } from "./redis_error.ts";

/** How to come back after a loss. */
export interface RespLinkOptions extends RespConnectionOptions {
  /** The pauses after failed attempts. Default: drawn below 50 ms at first, below 5 s at last. */
  readonly backoff?: BackoffOptions;
}

/** Who needs the connection. */
export interface RespLinkOwner {
  /** Whether a connection is needed now: none is opened or reopened otherwise. */
  wanted(): boolean;
  /**
   * Prepares a new connection; until this resolves it is not the current one. A rejection counts as a failed attempt.
   */
  opened(connection: RespConnection): Promise<void>;
  /** The connection is in use from now on. */
  ready(connection: RespConnection): void;
  /** An attempt failed. `final` when trying again cannot help: the server refuses the credentials or the database. */
  failed(error: unknown, final: boolean): void;
}

/** A connection that lived this long was a good one: its loss is answered at once. */
const GOOD_LIFE = 1_000;
const BACKOFF: BackoffOptions = { base: 50, max: 5_000 };
/** Refusals of a handshake that pass by themselves, as "max number of clients reached" does. */
const PASSING = new Set(["LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN"]);

/** Keeps the connection. */
export class RespLink {
  readonly #options: RespLinkOptions;
  readonly #owner: RespLinkOwner;
  readonly #abort = new AbortController();
  #ended = false;
  #current: RespConnection | undefined;
  #running: Promise<void> | undefined;

  /** Takes how to connect, and for whom. Nothing is opened before {@linkcode RespLink.wake}. */
  constructor(options: RespLinkOptions, owner: RespLinkOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  /** The connection in use, when there is one. */
  get current(): RespConnection | undefined {
    return this.#current?.open ? this.#current : undefined;
  }

  /** Whether the link has been ended for good. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Opens a connection if one is wanted and none is there or on its way. */
  wake(): void {
    if (this.#running !== undefined || this.ended || !this.#owner.wanted()) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.wake();
    });
  }

  /**
   * Lets the current connection finish its commands and end; the next command opens another, with the name resolved
   * anew.
   */
  renew(): void {
    const connection = this.#current;
    this.#current = undefined;
    connection?.close().catch(() => {});
  }

  /** Ends the link: gracefully after the commands sent were answered, or at once. */
  async end(how: "close" | "destroy"): Promise<void> {
    this.#ended = true;
    if (how === "close") await this.#current?.close();
    this.#abort.abort(new Error("The client of Redis was closed"));
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.ended && this.#owner.wanted()) {
      let life = 0;
      try {
        life = await this.#serveOne();
      } catch (error) {
        if (!this.ended) this.#owner.failed(error, isFinal(error));
      }
      failures = life > GOOD_LIFE ? 0 : failures + 1;
      if (failures > 0 && !this.ended && this.#owner.wanted()) await this.#pause(failures);
    }
  }

  /** Opens a connection and stays until it ends; gives how long it lived, and rejects when it could not be opened. */
  async #serveOne(): Promise<number> {
    const signal = this.#options.signal;
    const ends = signal === undefined ? this.#abort.signal : AbortSignal.any([signal, this.#abort.signal]);
    const connection = await RespConnection.connect({ ...this.#options, signal: ends });
    try {
      await this.#owner.opened(connection);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    const born = performance.now();
    this.#current = connection;
    this.#owner.ready(connection);
    await connection.closed;
    if (this.#current === connection) this.#current = undefined;
    return performance.now() - born;
  }

  #pause(failures: number): Promise<void> {
    return systemClock.sleep(backoffDelay(failures - 1, this.#options.backoff ?? BACKOFF), this.#abort.signal);
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof RedisError && !PASSING.has(error.code) && !error.message.includes("max number of clients");
}
