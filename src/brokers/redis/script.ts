/** A Lua script as it is sent. @module */

/** A script with its names: what people call it, and what Redis does. */
export interface Script {
  readonly name: string;
  readonly text: string;
  /** The SHA-1 of the text, by which a server that has seen it knows it. */
  readonly sha: string;
  /** The same with {@link LOCKING_LINE} before the text. */
  readonly lockingSha: string;
}

/**
 * The first line that lets Upstash lock the declared keys of a script instead of the whole database. Redis itself
 * refuses it, so each transport knows whether its server wants it.
 */
export const LOCKING_LINE = "#!lua flags=allow-key-locking\n";
