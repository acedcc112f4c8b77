/** What an error of a transport means, and trying again where that may help. @module */
import { backoffDelay } from "../../base/backoff.ts";
import type { Clock } from "../../base/clock.ts";
import type { StopSignal } from "../../base/stop.ts";
import { BrokerRefused, BrokerUnavailable, type KnownEffect } from "../../broker_error.ts";
import { ConnectionLost, RedisError } from "./redis_error.ts";

/** What an error means: whether trying again may help, what is known of the effect, and why, in words without secrets. */
export interface Verdict {
  readonly kind: "passing" | "refused" | "broken";
  readonly effect: KnownEffect;
  readonly why: string;
}

/** Answers of servers by their beginnings. None of them has run the script. */
const ANSWERS: readonly (readonly [RegExp, Verdict["kind"], string])[] = [
  [/^LOADING/, "passing", "a server that loads its data"],
  [/^READONLY/, "passing", "a replica, which takes no writes: a failover is under way"],
  [/^(MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS)/, "passing", "a cluster that is not whole at the moment"],
  [/^BUSY/, "passing", "a server that runs a long script"],
  [/^MISCONF/, "passing", "a server that cannot save its data and so takes no writes"],
  [/^OOM|capacity quota exceeded/, "passing", "a server whose memory is full"],
  [/max (daily )?requests? limit exceeded/, "passing", "a database whose quota of requests is used up"],
  [/max (concurrent connections|number of clients)/, "passing", "a server with too many connections"],
  [/^HTTP 429/, "passing", "a server that was asked too often"],
  [/max (request|single record|key) size exceeded/, "refused", "a request bigger than the database takes"],
  [
    /^(NOAUTH|WRONGPASS)|invalid.*(token|password)|unauthorized/i,
    "refused",
    "a server that does not know the credentials",
  ],
  [/^NOPERM/, "refused", "a server that does not permit this to the user"],
];

/** What an error of a transport means. */
export function judge(error: unknown): Verdict {
  if (error instanceof ConnectionLost) {
    return { kind: "passing", effect: error.written ? "unknown" : "not done", why: lossOf(error) };
  }
  if (!(error instanceof RedisError)) return { kind: "broken", effect: "unknown", why: "" };
  for (const [pattern, kind, why] of ANSWERS) {
    if (pattern.test(error.message)) return { kind, effect: "not done", why };
  }
  return { kind: "broken", effect: "unknown", why: "" };
}

/** Why there is no connection. What the system says has an address in it, and no secret. */
function lossOf({ cause }: ConnectionLost): string {
  const isSystems = cause instanceof Error && "code" in cause && /^E[A-Z_]+$/.test(String(cause.code));
  return isSystems ? `no connection: ${cause.message}` : "a connection that was lost";
}

/** Whether the server refused because its memory is full. */
export function isFull(error: unknown): boolean {
  return error instanceof RedisError && error.code === "OOM";
}

/** How a call is made and made again. */
export interface Persistence {
  readonly clock: Clock;
  /** How long a call may take, all tries together, in milliseconds. */
  readonly timeout: number;
  /** Ends pauses between tries. */
  readonly signal: StopSignal;
}

const PAUSES = { base: 50, max: 2_000 };

/**
 * A try that had less time, in milliseconds, would likely be cut off before its answer: what is known to be not done would be
 * unknown for it.
 */
const LEAST_TIME = 100;

/**
 * Makes a call until it succeeds, cannot succeed, or the time is over. One whose effect is unknown is made again only
 * when it is `repeatable`.
 *
 * @param what names the call in errors, such as `publish`
 * @throws {BrokerUnavailable} when the time is over, or nobody can tell whether it took effect
 * @throws {BrokerRefused} when the server refuses for good
 */
export async function persist<T>(
  what: string,
  repeatable: boolean,
  { clock, timeout, signal }: Persistence,
  attempt: (earlier: KnownEffect) => Promise<T>,
): Promise<T> {
  const deadline = clock.now() + timeout;
  let effect: KnownEffect = "not done";
  for (let failures = 0;; failures++) {
    try {
      return await attempt(effect);
    } catch (error) {
      const verdict = judge(error);
      if (verdict.kind === "broken") throw error;
      if (verdict.kind === "refused") {
        throw new BrokerRefused(`Cannot ${what}: there is ${verdict.why}`, { cause: error });
      }
      if (verdict.effect === "unknown") effect = "unknown";
      const pause = backoffDelay(failures, PAUSES);
      const late = clock.now() + pause + LEAST_TIME >= deadline || signal.aborted;
      if (late || (effect === "unknown" && !repeatable)) {
        throw new BrokerUnavailable(what, verdict.why, effect, { cause: error });
      }
      await clock.sleep(pause, signal);
    }
  }
}
