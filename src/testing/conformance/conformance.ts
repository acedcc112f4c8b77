/** The conformance suite: what every broker does, whatever it is made of. @module */

import type { BrokerOptions } from "../../broker.ts";
import { Bench } from "./bench.ts";
import type { Case, Cases } from "./cases.ts";
import { claimCases } from "./claim_cases.ts";
import { controlCases } from "./control_cases.ts";
import { deadLetterCases } from "./dead_letter_cases.ts";
import { delayCases } from "./delay_cases.ts";
import { effectCases } from "./effect_cases.ts";
import type { CreateBroker, RegisterTest } from "./fixture.ts";
import { gateCases } from "./gate_cases.ts";
import { instanceCases } from "./instance_cases.ts";
import { leaseCases } from "./lease_cases.ts";
import { publishCases } from "./publish_cases.ts";
import { resultCases } from "./result_cases.ts";
import { revokeCases } from "./revoke_cases.ts";
import { settleCases } from "./settle_cases.ts";
import { sizeCases } from "./size_cases.ts";
import { waitCases } from "./wait_cases.ts";
import { watchCases } from "./watch_cases.ts";

const AREAS: readonly Cases[] = [
  ...[publishCases, claimCases, settleCases, leaseCases, delayCases, effectCases, gateCases, resultCases],
  ...[watchCases, waitCases, controlCases, revokeCases, deadLetterCases, instanceCases, sizeCases],
];

/** What a driver cannot do: the tests that it does not pass, by their exact names, and why. */
export interface ConformanceGap {
  readonly reason: string;
  readonly tests: readonly string[];
}

/** What {@link brokerConformance} takes. */
export interface ConformanceOptions {
  /** Stands before the name of each test, such as `redis`. */
  readonly name: string;
  /** Makes a fresh, empty broker; called once for each test. */
  readonly create: CreateBroker;
  /** Registers a test. Give the runner a minute for each: the cases bound themselves. */
  readonly test: RegisterTest;
  /** Tests that the driver does not pass; they are not registered. A name that no test has is an error. */
  readonly gaps?: readonly ConformanceGap[];
}

/** One test of the suite, to be run by hand. */
export interface ConformanceTest {
  /** A sentence, the same for every broker. */
  readonly name: string;
  /** Resolves when the broker behaves, rejects when it does not. */
  run(create: CreateBroker): Promise<void>;
}

/** Every test of the suite. */
export const conformanceTests: readonly ConformanceTest[] = AREAS.flatMap((area) => {
  return Object.entries(area).map(([name, it]) => ({ name, run: (create: CreateBroker) => runCase(create, it) }));
});

/**
 * Registers the tests that every broker passes.
 *
 * @throws {RangeError} when a gap names a test that there is not
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { memory } from "@umbel/umbel/memory";
 * import { brokerConformance, FakeClock } from "@umbel/umbel/testing";
 *
 * const names: string[] = [];
 * brokerConformance({
 *   name: "memory",
 *   test: (name, run) => void names.push(name), // that of your test runner
 *   create: (options) => {
 *     const clock = new FakeClock();
 *     const broker = memory({ clock, ...options });
 *     return Promise.resolve({
 *       broker,
 *       reopen: () => Promise.resolve(broker.reopen()),
 *       advance: (ms) => clock.advance(ms),
 *       close: () => broker.close(),
 *     });
 *   },
 * });
 * assert(names.includes("memory: A gate opens once"));
 * ```
 */
export function brokerConformance({ name, create, test, gaps = [] }: ConformanceOptions): void {
  const left = new Set(gaps.flatMap(({ tests }) => tests));
  const unknown = [...left].find((it) => conformanceTests.every((known) => known.name !== it));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot leave out a test as its name must be that of one in the suite: current value is ${
        JSON.stringify(unknown)
      }`,
    );
  }
  for (const it of conformanceTests) {
    if (!left.has(it.name)) test(`${name}: ${it.name}`, () => it.run(create));
  }
}

function runCase(create: CreateBroker, it: Case): Promise<void> {
  const { options, run }: { options: BrokerOptions; run: (bench: Bench) => Promise<void> } = typeof it === "function"
    ? { options: {}, run: it }
    : it;
  return Bench.run(create, options, run);
}
