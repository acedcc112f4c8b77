/** The options of a call, as a caller gives them and as a signature keeps them. @module */
import type { Duration } from "../base/duration.ts";
import type { SerializationPolicy } from "../protocol/serialization_policy.ts";
import type { SignatureOptions } from "../protocol/signature.ts";

/** What one call, or one workflow, may say of itself. */
export interface CallOptions<Queue extends string = string> {
  /** Run it after this time. */
  readonly countdown?: Duration;
  /** Run it at this time. Not together with `countdown`. */
  readonly eta?: Date;
  /** Do not run it if it has not begun after this time, or by this date. */
  readonly expires?: Duration | Date;
  /** The queue it goes to, instead of the task's own. */
  readonly queue?: Queue;
  /** 0 to 9; 9 is served first. */
  readonly priority?: number;
  /** Its id, a UUID. Sending the same id twice sends one task. A new UUIDv7 when absent. */
  readonly id?: string;
  /** Any text that stands for this call: sending the same key twice sends one task. Not together with `id`. */
  readonly idempotencyKey?: string;
  /** The caller's own headers; the handler finds them in its context. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Keep no result of this call. */
  readonly ignoreResult?: boolean;
  /** How often this call may be retried, instead of the task's own. */
  readonly retries?: number;
  /** What becomes of its arguments where JSON cannot carry them, instead of the task's own policy. */
  readonly serialization?: SerializationPolicy;
  readonly softTimeLimit?: Duration;
  readonly timeLimit?: Duration;
}

/**
 * Options as a signature keeps them: dates as milliseconds since the Unix epoch. What is undefined says nothing, so it takes
 * nothing from what was said before.
 *
 * @throws {RangeError} when a moment is none
 */
export function toSignatureOptions({ eta, expires, retries, ...rest }: CallOptions): SignatureOptions {
  const options: SignatureOptions = {
    ...rest,
    // JSON has no Infinity: retries without end travel as the greatest safe integer.
    retries: retries && Math.min(retries, Number.MAX_SAFE_INTEGER),
    eta: eta && timeOf(eta, "eta"),
    // A number is no date, but would be read as one of 1970 later.
    expires: typeof expires === "number" || expires instanceof Date ? timeOf(expires, "expires") : expires,
  };
  const all: object = options;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/**
 * The milliseconds of a date since the Unix epoch.
 *
 * @throws {RangeError} when it is none
 */
export function timeOf(date: Date, what: string): number {
  const time = date instanceof Date ? date.getTime() : NaN;
  if (!Number.isNaN(time)) return time;
  throw new RangeError(`Cannot send a task as ${what} must be a valid Date`);
}

/** Options as a call takes them. */
export function toCallOptions({ eta, expires, ...rest }: SignatureOptions): CallOptions {
  return {
    ...rest,
    ...(eta !== undefined && { eta: new Date(eta) }),
    ...(expires !== undefined && { expires: typeof expires === "number" ? new Date(expires) : expires }),
  };
}

/** Options over options: the new ones win, and of two that exclude each other the new one stays. */
export function mergeOptions(old: SignatureOptions = {}, added: SignatureOptions = {}): SignatureOptions {
  const { countdown, eta, id, idempotencyKey, headers, ...rest } = old;
  const moved = added.countdown !== undefined || added.eta !== undefined;
  const named = added.id !== undefined || added.idempotencyKey !== undefined;
  return {
    ...rest,
    ...(!moved && { countdown, eta }),
    ...(!named && { id, idempotencyKey }),
    ...added,
    ...((headers ?? added.headers) && { headers: { ...headers, ...added.headers } }),
  };
}
