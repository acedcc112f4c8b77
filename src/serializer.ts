/** The serializer: turns values into what travels, and back. @module */
import type { Encoded } from "./protocol/encoded.ts";

/** How a value is encoded. */
export interface EncodeOptions {
  /** What the value is called in paths, such as `result`. */
  readonly root?: string;
}

/** Turns values into what travels, and back. A promise only where a step has to wait. */
export interface Serializer {
  encode(value: unknown, options?: EncodeOptions): Encoded | Promise<Encoded>;
  decode(encoded: Encoded): unknown;
}

/** A serializer of plain JSON values. */
export function createSerializer(): Serializer {
  return {
    encode: (data) => ({ data }),
    decode: ({ data }) => data,
  };
}
