/** Makes requests fail on purpose, so that a client's manners with failures can be tested. @module */
import { systemClock } from "../base/clock.ts";
import { type Duration, toMilliseconds } from "../base/duration.ts";
import type { Command } from "../brokers/redis/resp.ts";

/** A fault, and which requests it meets. */
export interface GatewayFault {
  /** How many requests it meets before it is over. Default: 1. */
  readonly times?: number;
  /** Which requests it meets, by their commands; a stream has none. Default: any. */
  readonly match?: (commands: readonly Command[]) => boolean;
  /**
   * `before`: the commands do not run. `after`: they have run and are committed, only the client is not told so.
   * Without a `status` and a `drop`, the two tell when the `delay` comes. Default: `before`.
   */
  readonly when?: "before" | "after";
  /** How long the request waits. Default: not at all. */
  readonly delay?: Duration;
  /** The HTTP status of the answer, such as 429, 500 or 503. Default: the request is answered truly. */
  readonly status?: number;
  /** The text of the error. Default: by the status. */
  readonly error?: string;
  /** The `retry-after` header of the answer. Default: none. */
  readonly retryAfter?: Duration;
  /** Ends the connection without an answer. Default: `false`. */
  readonly drop?: boolean;
}

interface Rule extends GatewayFault {
  left: number;
}

/** Faults waiting for requests. */
export class FaultInjector {
  readonly #rules = new Set<Rule>();
  readonly #cutStreams: () => void;

  /** Takes what cuts the streams. */
  constructor(cutStreams: () => void) {
    this.#cutStreams = cutStreams;
  }

  /** Adds a fault; the function returned takes it away. The oldest that matches a request meets it. */
  add(fault: GatewayFault): () => void {
    const rule: Rule = { ...fault, left: fault.times ?? 1 };
    this.#rules.add(rule);
    return () => void this.#rules.delete(rule);
  }

  /** Takes all faults away. */
  clear(): void {
    this.#rules.clear();
  }

  /** Cuts all open event streams as a broken network would: without an end. */
  cutStreams(): void {
    this.#cutStreams();
  }

  /** Answers a request, through the fault that meets it if there is one. */
  async around(commands: readonly Command[], answer: () => Promise<Response>): Promise<Response> {
    const rule = this.#take(commands);
    if (rule === undefined) return await answer();
    const before = (rule.when ?? "before") === "before";
    const fails = rule.drop === true || rule.status !== undefined;
    const answered = before ? undefined : await answer();
    if (rule.delay !== undefined) await systemClock.sleep(toMilliseconds(rule.delay));
    if (fails) return failure(rule);
    return answered ?? await answer();
  }

  #take(commands: readonly Command[]): Rule | undefined {
    if (this.#rules.size === 0) return undefined;
    for (const rule of this.#rules) {
      if (rule.match !== undefined && !rule.match(commands)) continue;
      if (--rule.left <= 0) this.#rules.delete(rule);
      return rule;
    }
  }
}

function failure(rule: GatewayFault): Response {
  if (rule.drop) return droppedResponse();
  const { status = 500 } = rule;
  const error = rule.error ?? (status === 429 ? "ERR max requests limit exceeded." : "ERR internal server error");
  const headers = new Headers({ "content-type": "application/json" });
  if (rule.retryAfter !== undefined) {
    headers.set("retry-after", String(Math.ceil(toMilliseconds(rule.retryAfter) / 1_000)));
  }
  return new Response(JSON.stringify({ error }), { status, headers });
}

/**
 * A response whose body fails before its first byte: every server we run on answers that by closing the connection.
 * The failure has no value, as Bun prints any other.
 */
function droppedResponse(): Response {
  return new Response(new ReadableStream({ pull: (controller) => controller.error() }, { highWaterMark: 0 }));
}
