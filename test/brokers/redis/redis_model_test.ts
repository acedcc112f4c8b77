import { test } from "bun:test";
import * as fc from "fast-check";
import { redis } from "../../../src/brokers/redis/mod.ts";
import { RestTransport } from "../../../src/brokers/redis/rest_transport.ts";
import { upstash } from "../../../src/brokers/redis/upstash/mod.ts";
import type { CreateBroker } from "../../../src/testing/conformance/fixture.ts";
import { brokerModel } from "../../../src/testing/model/model.ts";
import { clusterForTests, creates, serverForTests } from "./redis_fixture.ts";
import { createsOver, gatewayForTests } from "./rest_fixture.ts";

const server = serverForTests();
const gateway = gatewayForTests();
const cluster = clusterForTests();

const registered = (name: string, run: () => Promise<void>) => test(name, run, 240_000);
const overHttp = createsOver(() => new RestTransport(gateway().access));
let count = 0;

const overClient: CreateBroker = (options) => {
  const named = { ...options, ...gateway().access, namespace: `model ${++count}` };
  const broker = upstash(named);
  return Promise.resolve({ broker, reopen: () => Promise.resolve(upstash(named)), close: () => broker.close() });
};

const overCluster: CreateBroker = (options) => {
  const named = { ...options, url: cluster().url, namespace: `model ${++count}` };
  const broker = redis(named);
  return Promise.resolve({ broker, reopen: () => Promise.resolve(redis(named)), close: () => broker.close() });
};

brokerModel({ name: "redis over TCP", create: creates(server), test: registered, fc, runs: 12, steps: 80, seed: 3 });
brokerModel({ name: "redis over fetch", create: overHttp, test: registered, fc, runs: 6, steps: 60, seed: 4 });
brokerModel({ name: "upstash", create: overClient, test: registered, fc, runs: 6, steps: 60, seed: 5 });
brokerModel({ name: "redis cluster", create: overCluster, test: registered, fc, runs: 6, steps: 60, seed: 6 });
