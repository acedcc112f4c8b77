/** What tests of brokers and of programs on Umbel need: the conformance suite and a clock to hold in one's hand. @module */

export {
  brokerConformance,
  type ConformanceGap,
  type ConformanceOptions,
  type ConformanceTest,
  conformanceTests,
} from "./conformance/conformance.ts";
export type { BrokerFixture, CreateBroker, RegisterTest } from "./conformance/fixture.ts";
export { FakeClock } from "./fake_clock.ts";
