/** What decoding throws when it refuses its input. */

/**
 * Why an input was refused.
 *
 * - `truncated`: it ends too early.
 * - `corrupt`: it breaks the rules of the format.
 * - `checksum`: it is well formed, but a header, block or content is not what was written.
 * - `too-large`: its content is larger than the caller allows.
 * - `not-lz4`: it does not start as an LZ4 frame or a packed text does.
 * - `unsupported`: it uses a dictionary, or a version of the frame format other than 1.
 * - `not-base64`: it has characters, padding or left-over bits that canonical base64 does not have.
 * - `not-text`: its content is not UTF-8, and text was asked for.
 */
export type CodecErrorReason =
  | "truncated"
  | "corrupt"
  | "checksum"
  | "too-large"
  | "not-lz4"
  | "unsupported"
  | "not-base64"
  | "not-text";

const MESSAGES: Readonly<Record<CodecErrorReason, string>> = {
  truncated: "it must be complete: it ends too early",
  corrupt: "it must follow the LZ4 format: it breaks its rules",
  checksum: "its checksums must match: it is not what was encoded",
  "too-large": "its content must be within the limit: it is larger",
  "not-lz4": "it must start as an LZ4 frame: it starts otherwise",
  unsupported: "it must be of version 1 and use no dictionary: it does not",
  "not-base64": "it must be canonical base64: it is not",
  "not-text": "its content must be UTF-8: it is not",
};

/** Encoded data was refused. The message names neither the data nor any part of it. */
export class CodecError extends Error {
  override readonly name: string = "CodecError";
  /** Why: a closed union, the same for both implementations. */
  readonly reason: CodecErrorReason;

  /** An error for `reason`; its words are fixed. */
  constructor(reason: CodecErrorReason) {
    super(`Cannot decode the data as ${MESSAGES[reason]}`);
    this.reason = reason;
  }
}
