/** The seam between the Redis broker and what carries its scripts to a server. Internal to this folder. @module */
import type { Answer } from "./call.ts";
import type { Script } from "./script.ts";

/** A subscription in force. */
export interface Listening {
  close(): Promise<void>;
}

/** What a subscriber hears. */
export interface Listener {
  /** A message has come. */
  heard(message: string): void;
  /** The connection was lost and is back: messages may have been missed. */
  resumed(): void;
}

/**
 * Carries scripts and a few plain commands. It tells what failed by throwing: a `RedisError` is what the server
 * answered, a `ConnectionLost` tells whether the server may have seen the command. It never repeats what may have run.
 */
export interface Transport {
  /** What it leads to, without secrets. */
  readonly description: string;
  /** Runs a script by its name, and with its text where the server does not know it yet. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Answer>;
  /** `HMGET`: the fields of a hash. */
  fields(key: string, fields: readonly string[]): Promise<readonly (string | null)[]>;
  /** `EXISTS`: how many of these keys there are. */
  exists(keys: readonly string[]): Promise<number>;
  /**
   * Listens to a channel; resolves when the server has confirmed. `key` is one of the partition that will publish to it.
   * Absent where the transport cannot be pushed to.
   */
  listen?(channel: string, key: string, listener: Listener): Promise<Listening>;
  /** Ends all connections. */
  close(): Promise<void>;
}
