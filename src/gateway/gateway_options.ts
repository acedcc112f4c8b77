/** How a gateway is set up: the Redis behind it, who may enter, and which limits of Upstash it keeps. @module */
import type { Duration } from "../base/duration.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { RespLinkOptions } from "../brokers/redis/resp_link.ts";

/** Limits of a plan; what is left out is not limited. */
export interface GatewayLimits {
  /**
   * Commands a second, the ones inside scripts included. As on Upstash, more are not refused but wait for their turn:
   * what a client notices is latency.
   */
  readonly commandsPerSecond?: number;
  /** Bytes of the body of one HTTP request; beyond, `ERR max request size exceeded`. */
  readonly maxRequestBytes?: number;
  /**
   * Bytes a single key may hold; a write that would begin at or grow beyond it is refused with `ERR max single record
   * size exceeded`. Measured by `MEMORY USAGE` before each write, which costs the gateway a round trip to Redis; for a
   * script, on its declared keys.
   */
  readonly maxRecordBytes?: number;
  /** Bytes of a key's name; beyond, `ERR max key size exceeded`. */
  readonly maxKeyBytes?: number;
}

/** The plans whose limits are known. */
export type GatewayPlan =
  | "free"
  | "payg"
  | "fixed-250mb"
  | "fixed-1gb"
  | "fixed-5gb"
  | "fixed-10gb"
  | "fixed-50gb"
  | "fixed-100gb"
  | "fixed-500gb";

const MB = 1_000_000;
const plan = (commandsPerSecond: number, requestMb: number, recordMb: number): GatewayLimits => ({
  commandsPerSecond,
  maxRequestBytes: requestMb * MB,
  maxRecordBytes: recordMb * MB,
  maxKeyBytes: 32_768,
});

/** The limits of each plan, as Upstash documented them in August 2026. */
export const GATEWAY_PLANS: Readonly<Record<GatewayPlan, GatewayLimits>> = {
  "free": plan(10_000, 10, 100),
  "payg": plan(10_000, 10, 100),
  "fixed-250mb": plan(10_000, 10, 100),
  "fixed-1gb": plan(10_000, 10, 200),
  "fixed-5gb": plan(10_000, 20, 300),
  "fixed-10gb": plan(10_000, 30, 400),
  "fixed-50gb": plan(10_000, 50, 500),
  "fixed-100gb": plan(16_000, 75, 1_000),
  "fixed-500gb": plan(16_000, 100, 5_000),
};

/** How a gateway is set up. */
export interface GatewayOptions {
  /** The Redis behind it: `redis://…`, or how to connect. Default: `redis://127.0.0.1:6379`. */
  readonly redis?: string | RespLinkOptions;
  /** The token that may do everything. Default: one made at random, see {@linkcode Gateway.token}. */
  readonly token?: string;
  /** A second token that may only read, as Upstash gives one. Default: none. */
  readonly readOnlyToken?: string;
  /** The limits to keep: a plan's, or one's own. Default: none. */
  readonly limits?: GatewayPlan | GatewayLimits;
  /**
   * Whether a script under `allow-key-locking` that touches a key it did not declare fails, as it does on Upstash.
   * `allow` takes the flag away without checking. Default: `refuse`.
   */
  readonly undeclaredKeys?: "refuse" | "allow";
  /**
   * Pause after which a comment is sent on a silent event stream, so that proxies and dead clients show. Default:
   * `"15s"`.
   */
  readonly keepAlive?: Duration;
  /** Receives a line for what goes wrong. Never told: tokens, arguments, replies. Default: silent. */
  readonly log?: Logger;
}

/** {@linkcode GatewayOptions} with every default in place. */
export interface ResolvedGatewayOptions {
  readonly redis: RespLinkOptions;
  readonly token: string;
  readonly readOnlyToken: string | undefined;
  readonly limits: GatewayLimits;
  readonly undeclaredKeys: "refuse" | "allow";
  readonly keepAlive: Duration;
  readonly log: Logger;
}

/** Puts the defaults in place. Throws when an option cannot be meant. */
export function resolveGatewayOptions(options: GatewayOptions): ResolvedGatewayOptions {
  const { redis = "redis://127.0.0.1:6379", token = crypto.randomUUID().replaceAll("-", ""), readOnlyToken } = options;
  if (token === "" || readOnlyToken === "") {
    throw new RangeError("Cannot open a gateway as a token must not be empty: current value is empty");
  }
  if (token === readOnlyToken) {
    throw new RangeError("Cannot open a gateway as the two tokens must differ: current value is one token for both");
  }
  return {
    redis: typeof redis === "string" ? { url: redis } : redis,
    token,
    readOnlyToken,
    limits: resolveLimits(options.limits ?? {}),
    undeclaredKeys: options.undeclaredKeys ?? "refuse",
    keepAlive: options.keepAlive ?? "15s",
    log: options.log ?? silentLogger,
  };
}

function resolveLimits(limits: GatewayPlan | GatewayLimits): GatewayLimits {
  if (typeof limits !== "string") return assertLimits(limits);
  const known: GatewayLimits | undefined = GATEWAY_PLANS[limits];
  if (known !== undefined) return known;
  const names = Object.keys(GATEWAY_PLANS).join(", ");
  throw new RangeError(`Cannot open a gateway as the plan must be one of ${names}: current value is ${limits}`);
}

function assertLimits(limits: GatewayLimits): GatewayLimits {
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined || value > 0) continue;
    throw new RangeError(`Cannot open a gateway as ${name} must be more than 0: current value is ${value}`);
  }
  return limits;
}
