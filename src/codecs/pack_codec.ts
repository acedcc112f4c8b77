/** The plug for what makes long texts short. @module */

/**
 * Compresses what a message carries, and checks it on the way back. It works on whole values in memory; streams of
 * blobs are another matter. What it throws must not show what it was given.
 */
export interface PackCodec {
  /** Its name in `enc`, behind a plus: `json+lz4`. */
  readonly name: string;
  /** The compressed form of a text or of bytes, as text. */
  pack(data: string | Uint8Array): string;
  /**
   * The text that {@link pack} was given.
   *
   * @throws when the packed text is damaged, or holds more than `maxBytes`
   */
  unpackText(packed: string, limits: UnpackLimits): string;
  /**
   * The bytes that {@link pack} was given.
   *
   * @throws when the packed text is damaged, or holds more than `maxBytes`
   */
  unpackBytes(packed: string, limits: UnpackLimits): Uint8Array;
}

/** What a packed text may become at most: a few bytes can claim to hold gigabytes. */
export interface UnpackLimits {
  readonly maxBytes: number;
}
