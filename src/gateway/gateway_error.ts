/** An answer of the gateway that is an error: its status and the text of its body. @module */

/** Thrown where a request cannot be served; becomes `{"error": message}` with the status. */
export class GatewayError extends Error {
  override readonly name: string = "GatewayError";
  /** The HTTP status. */
  readonly status: number;

  /** Takes the text Upstash would give. */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
