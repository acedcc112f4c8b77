/** What can go wrong between a client and a Redis server, as classes a caller can tell apart. @module */

/** An error reply of the server: kept as a value inside batches and arrays, thrown by a lone command. */
export class RedisError extends Error {
  override readonly name: string = "RedisError";
  /** The first word of the reply, which Redis uses as a code: `ERR`, `WRONGTYPE`, `NOSCRIPT`, `LOADING`, … */
  readonly code: string;

  /** Takes the reply without its leading `-`. */
  constructor(message: string) {
    super(message);
    const space = message.indexOf(" ");
    this.code = space < 0 ? message : message.slice(0, space);
  }
}

/**
 * The connection ended before the command was answered. `written` says what is known of the command: `false` means the
 * server cannot have seen it, `true` means it may have run, may not have, and only the caller can tell whether sending
 * it again is safe.
 */
export class ConnectionLost extends Error {
  override readonly name: string = "ConnectionLost";
  /** Whether any byte of the command had been handed to the socket. */
  readonly written: boolean;

  /** Takes why the connection ended, in words and, where there is one, as the error that ended it. */
  constructor(reason: string, written: boolean, cause?: unknown) {
    super(
      `Cannot tell the answer of Redis as the connection must be open: current value is ${reason} (${
        written ? "the command was sent" : "the command was not sent"
      })`,
      { cause },
    );
    this.written = written;
  }
}

/**
 * The bytes received are not RESP2: another service listens on the port, or the two sides lost step. The connection is
 * closed.
 */
export class RespProtocolError extends Error {
  override readonly name: string = "RespProtocolError";
}
