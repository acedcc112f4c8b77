import { test } from "bun:test";
import type { BrokerOptions } from "../../../src/broker.ts";
import { createSecretKey } from "../../../src/codecs/seal/seal_key.ts";
import { type Sealer, sealer } from "../../../src/codecs/seal/sealer.ts";
import { brokerConformance } from "../../../src/testing/conformance/conformance.ts";
import type { BrokerFixture, CreateBroker } from "../../../src/testing/conformance/fixture.ts";
import { createMemory } from "../../brokers/memory/memory_fixture.ts";

/** A broker is a broker, also behind a seal. */
function behind(seal: Sealer, create: CreateBroker): CreateBroker {
  return async (options: BrokerOptions): Promise<BrokerFixture> => {
    const fixture = await create(options);
    return {
      ...fixture,
      broker: seal.broker(fixture.broker),
      reopen: async () => seal.broker(await fixture.reopen()),
    };
  };
}

const keys = [createSecretKey("k1")];
const registered = (name: string, run: () => Promise<void>) => test(name, run, 60_000);

brokerConformance({ name: "signed", create: behind(sealer({ keys }), createMemory), test: registered });
brokerConformance({
  name: "encrypted",
  create: behind(sealer({ keys, encrypt: true }), createMemory),
  test: registered,
});
