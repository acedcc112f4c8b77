/** How the suites make a memory broker: with a clock in their hand, or with the host's. @module */

import type { BrokerOptions } from "../../../src/broker.ts";
import { memory } from "../../../src/brokers/memory/memory_broker.ts";
import type { BrokerFixture } from "../../../src/testing/conformance/fixture.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";

/** A memory broker whose time passes when it is told to. */
export async function createMemory(options: BrokerOptions): Promise<BrokerFixture> {
  const clock = new FakeClock();
  const broker = memory({ clock, ...options });
  return {
    broker,
    reopen: async () => broker.reopen(),
    advance: (ms) => clock.advance(ms),
    close: () => broker.close(),
  };
}

/** A memory broker on the host's clock. */
export async function createRealTimeMemory(options: BrokerOptions): Promise<BrokerFixture> {
  const broker = memory(options);
  return { broker, reopen: async () => broker.reopen(), close: () => broker.close() };
}
