/** The error of an encoded value that cannot be read. @module */

/** An encoded value that cannot be read: damaged, too big, or of an encoding or class that this process does not know. */
export class DecodeError extends TypeError {
  override readonly name: string = "DecodeError";
}

/** The error of an encoding that no codec of this process reads. */
export function unknownEncoding(enc: string): DecodeError {
  return new DecodeError(
    `Cannot decode a value as its encoding must be one that this process has a codec for: current value is ${
      JSON.stringify(enc)
    }; give the serializer that codec`,
  );
}
