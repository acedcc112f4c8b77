/**
 * What a listening connection does with pushed messages: RESP2 sends them among the replies, and only their shape
 * tells them apart.
 *
 * @module
 */
import type { Reply } from "./resp.ts";

/** A message pushed by the server. */
export interface PushMessage {
  /** The channel it was published to. */
  readonly channel: string;
  /** The pattern that matched, for a pattern subscription. */
  readonly pattern: string | undefined;
  /** The payload, read as the connection's decoding says. */
  readonly payload: string | Uint8Array;
}

/** Receives pushed messages. What it throws is reported as an uncaught error and does not disturb the connection. */
export type PushHandler = (message: PushMessage) => void;

/** What a handler listens to: a channel, or a pattern. */
export type PushKind = "message" | "pmessage";

/** The handlers of one connection. */
export class RespSubscriptions {
  readonly #handlers: Record<PushKind, Map<string, PushHandler>> = { message: new Map(), pmessage: new Map() };
  /** Once a connection has listened, a late message of a channel it left is still a message. */
  #listening = false;
  /** Receives the lines of a monitoring connection. */
  monitor: ((line: string) => void) | undefined;

  /** Sets the handler of channels or patterns. */
  add(kind: PushKind, names: readonly string[], handler: PushHandler): void {
    this.#listening = true;
    for (const name of names) this.#handlers[kind].set(name, handler);
  }

  /** Removes handlers. */
  remove(kind: PushKind, names: readonly string[]): void {
    for (const name of names) this.#handlers[kind].delete(name);
  }

  /** Takes a reply that is a pushed message and hands it over; false when it is the answer of a command. */
  take(reply: Reply, nobodyWaits: boolean): boolean {
    if (this.monitor !== undefined && nobodyWaits && typeof reply === "string") {
      guard(this.monitor, reply);
      return true;
    }
    if (!this.#listening || !Array.isArray(reply)) return false;
    const kind = text(reply[0]);
    if (kind !== "message" && kind !== "pmessage") return false;
    const pattern = kind === "pmessage" ? text(reply[1]) : undefined;
    const channel = text(reply[reply.length - 2]);
    const payload = reply[reply.length - 1];
    if (typeof payload !== "string" && !(payload instanceof Uint8Array)) return false;
    const handler = this.#handlers[kind].get(pattern ?? channel);
    if (handler !== undefined) guard(handler, { channel, pattern, payload });
    return true;
  }
}

function text(reply: Reply | undefined): string {
  if (reply instanceof Uint8Array) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(reply);
  return typeof reply === "string" ? reply : "";
}

function guard<T>(handler: (value: T) => void, value: T): void {
  try {
    handler(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
