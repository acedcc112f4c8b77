/**
 * What tests of brokers and of programs on Umbel need: the suites that every broker passes, a broker that fails when it
 * is told to, and a clock to hold in one's hand.
 *
 * @module
 */

export type { BlobStoreFixture, CreateBlobStore } from "./blob_conformance/bench.ts";
export {
  type BlobConformanceOptions,
  type BlobConformanceTest,
  blobConformanceTests,
  blobStoreConformance,
} from "./blob_conformance/blob_conformance.ts";
export {
  brokerConformance,
  type ConformanceGap,
  type ConformanceOptions,
  type ConformanceTest,
  conformanceTests,
} from "./conformance/conformance.ts";
export type { BrokerFixture, CreateBroker, RegisterTest } from "./conformance/fixture.ts";
export { type Eager, eager, type EagerOptions } from "./eager.ts";
export { FakeClock } from "./fake_clock.ts";
export { type BrokerVerb, type Fault, faultyBroker, type FaultyBrokerOptions } from "./faulty_broker.ts";
export type { ArrayBounds, Draws, FastCheck } from "./model/fast_check.ts";
export { brokerModel, type ModelOptions, runModel } from "./model/model.ts";
