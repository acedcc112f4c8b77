import { test } from "bun:test";
import { Redis } from "@upstash/redis";
import type { BrokerOptions } from "../../../src/broker.ts";
import { upstash, type UpstashOptions } from "../../../src/brokers/redis/upstash/mod.ts";
import { brokerConformance } from "../../../src/testing/conformance/conformance.ts";
import type { BrokerFixture } from "../../../src/testing/conformance/fixture.ts";
import { gatewayForTests } from "./rest_fixture.ts";

const gateway = gatewayForTests();
const registered = (name: string, run: () => Promise<void>) => test(name, run, 60_000);

let count = 0;

function creates(access: () => UpstashOptions): (options: BrokerOptions) => Promise<BrokerFixture> {
  return (options) => {
    const namespace = `upstash ${++count}`;
    const open = () => upstash({ ...access(), namespace, ...options });
    const broker = open();
    return Promise.resolve({ broker, reopen: () => Promise.resolve(open()), close: () => broker.close() });
  };
}

brokerConformance({ name: "upstash", create: creates(() => gateway().access), test: registered });

brokerConformance({
  name: "upstash by a client of the user's, as it comes",
  create: creates(() => ({ client: new Redis(gateway().access) })),
  test: registered,
});
