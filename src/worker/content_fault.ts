/** Tells errors of content that will not get better by trying again. @module */
import { DecodeError } from "../codecs/decode_error.ts";
import { SealError } from "../codecs/seal/seal_error.ts";
import { BlobError } from "../protocol/ref.ts";

/**
 * Why a message is kept among the dead letters when its content cannot be had: a blob is gone or damaged, its seal does
 * not fit, or this process cannot decode it. Undefined for other errors, such as those of a store that is not reachable.
 */
export function contentFault(error: unknown): string | undefined {
  if (error instanceof BlobError) return `blob ${error.reason}`;
  if (error instanceof SealError) return error.reason;
  return error instanceof DecodeError ? "not decodable" : undefined;
}
