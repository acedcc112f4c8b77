/** The plug for what carries values that JSON cannot. @module */
import type { Reviver } from "./tagged_reader.ts";

/**
 * Writes trees with rich values, and reads them. A serializer without one refuses such values: what runs at a
 * size-bound edge can leave it out.
 */
export interface RichCodec {
  /** Its name in `enc`. */
  readonly name: string;
  /** The bytes of a surveyed tree, which may be changed by it. They are the caller's own only until the next call. */
  encode(tree: unknown): Uint8Array;
  /**
   * The value of bytes from anybody.
   *
   * @throws {DecodeError}
   */
  decode(bytes: Uint8Array, reviver: Reviver): unknown;
}
