/** The error of an encoded value that cannot be read. @module */

/** An encoded value that cannot be read: damaged, too big, or of an encoding or class that this process does not know. */
export class DecodeError extends TypeError {
  override readonly name: string = "DecodeError";
}

/** The error of an encoding that no codec of this process reads. */
export function unknownEncoding(enc: string): DecodeError {
  return new DecodeError(
    `Cannot decode a value as this process must have the codec of its encoding: current value is ${
      JSON.stringify(enc)
    }`,
  );
}
