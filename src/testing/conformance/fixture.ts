/** What a broker's own test hands to the suites: how to make one, and how to let time pass. @module */

import type { Broker, BrokerOptions } from "../../broker.ts";

/** A fresh, empty broker, and what a suite needs around it. */
export interface BrokerFixture {
  readonly broker: Broker;
  /** A second instance over the same store, as another process would open it. It is closed by the suite. */
  reopen(): Promise<Broker>;
  /**
   * Lets so many milliseconds pass by the broker's clock. Absent where the clock is a real one: the suite then really
   * waits, with short times, and polls with patience.
   */
  advance?(ms: number): Promise<void>;
  /** Closes the broker and removes what it stored. */
  close(): Promise<void>;
}

/** Makes a fresh, empty broker. */
export type CreateBroker = (options: BrokerOptions) => Promise<BrokerFixture>;

/** Registers a test with a test runner, such as `test` of `bun:test`, `node:test` or `Deno.test`. */
export type RegisterTest = (name: string, run: () => Promise<void>) => void;
