/** The error of an encoded value that cannot be read. @module */

/** An encoded value that cannot be read: damaged, too big, or of an encoding or class that this process does not know. */
export class DecodeError extends TypeError {
  override readonly name: string = "DecodeError";
}
