import { test } from "bun:test";
import type { BrokerOptions } from "../../../src/broker.ts";
import { redis } from "../../../src/brokers/redis/mod.ts";
import { brokerConformance } from "../../../src/testing/conformance/conformance.ts";
import type { BrokerFixture } from "../../../src/testing/conformance/fixture.ts";
import { clusterForTests } from "./redis_fixture.ts";

const cluster = clusterForTests();

const registered = (name: string, run: () => Promise<void>) => test(name, run, 60_000);
let count = 0;

function create(options: BrokerOptions): Promise<BrokerFixture> {
  const namespace = `cluster ${++count}`;
  const open = () => redis({ url: cluster().url, namespace, ...options });
  const broker = open();
  return Promise.resolve({ broker, reopen: () => Promise.resolve(open()), close: () => broker.close() });
}

brokerConformance({ name: "redis cluster, 16 partitions", create, test: registered });
