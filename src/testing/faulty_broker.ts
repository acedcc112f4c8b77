/** A broker that fails when it is told to: for tests of whatever must live with a broker that fails. @module */

import { type Clock, systemClock } from "../base/clock.ts";
import type { Broker } from "../broker.ts";

/** The verbs of a broker. */
export type BrokerVerb = {
  [Key in keyof Broker]: Broker[Key] extends (...args: never[]) => Promise<unknown> ? Key : never;
}[keyof Broker];

/** What goes wrong. */
export interface Fault {
  /** Which verb it befalls. */
  readonly verb: BrokerVerb;
  /**
   * Whether it happens before the call reaches the broker, so that it has no effect, or after, so that it has its effect
   * and the caller does not hear of it: the two that a caller cannot tell apart. @default {"before"}
   */
  readonly when?: "before" | "after";
  /** What the call is rejected with; without one, it goes well in the end. */
  readonly error?: Error;
  /** How long the call is held up, in milliseconds. @default {0} */
  readonly delay?: number;
  /** How many calls of the verb go well first. @default {0} */
  readonly skip?: number;
  /** How many calls of the verb it befalls. @default {Infinity} */
  readonly times?: number;
}

/** Options of {@link faultyBroker}. */
export interface FaultyBrokerOptions {
  /** What delays are waited with. @default {systemClock} */
  readonly clock?: Clock;
}

/**
 * A broker that is like another one, but for some faults.
 *
 * @param faults is looked at for each call, so a test may add to the list, or empty it, while the broker is in use
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { memory } from "@umbel/umbel/memory";
 * import { type Fault, faultyBroker } from "@umbel/umbel/testing";
 *
 * const faults: Fault[] = [{ verb: "publish", when: "after", error: new Error("The line went dead"), times: 1 }];
 * const broker = faultyBroker(memory(), faults);
 * const letter = { id: crypto.randomUUID(), queue: "q", priority: 5, text: "{}" };
 * await assert.rejects(broker.publish({ publish: [letter] }), /The line went dead/);
 * assert.deepEqual(await broker.publish({ publish: [letter] }), ["duplicate"]);
 * ```
 */
export function faultyBroker(
  inner: Broker,
  faults: readonly Fault[],
  { clock = systemClock }: FaultyBrokerOptions = {},
): Broker {
  const seen = new Map<Fault, number>();
  const strike = async (verb: PropertyKey, when: Fault["when"]) => {
    for (const fault of faults.filter((it) => it.verb === verb && (it.when ?? "before") === when)) {
      if (isTurn(fault, seen)) await befall(fault, clock);
    }
  };
  return new Proxy(inner, {
    get(target, verb) {
      const value: unknown = Reflect.get(target, verb, target);
      if (typeof value !== "function") return value;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        await strike(verb, "before");
        const answer: unknown = await Reflect.apply(value, target, args);
        await strike(verb, "after");
        return answer;
      };
    },
  });
}

/** Counts a call, and tells whether it is one that goes wrong. */
function isTurn(fault: Fault, seen: Map<Fault, number>): boolean {
  const { skip = 0, times = Infinity } = fault;
  const call = seen.get(fault) ?? 0;
  seen.set(fault, call + 1);
  return call >= skip && call < skip + times;
}

async function befall({ delay = 0, error }: Fault, clock: Clock): Promise<void> {
  if (delay > 0) await clock.sleep(delay);
  if (error) throw error;
}
