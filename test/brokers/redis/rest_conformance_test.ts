import { test } from "bun:test";
import { RestTransport } from "../../../src/brokers/redis/rest_transport.ts";
import { listenOverSse } from "../../../src/brokers/redis/sse.ts";
import { brokerConformance } from "../../../src/testing/conformance/conformance.ts";
import { createsOver, gatewayForTests } from "./rest_fixture.ts";

const gateway = gatewayForTests();
const registered = (name: string, run: () => Promise<void>) => test(name, run, 60_000);

brokerConformance({
  name: "redis over fetch",
  create: createsOver(() => new RestTransport(gateway().access)),
  test: registered,
  gaps: [{
    reason: "A worker that cannot be woken looks for letters while it waits, and for dead workers when it claims",
    tests: [
      "The end of a dead worker's lease wakes one that waits",
      "The end of a lease wakes one that waits, though the dead worker was ready for more",
    ],
  }],
});

brokerConformance({
  name: "redis over fetch and event streams",
  create: createsOver(() => new RestTransport(gateway().access, listenOverSse)),
  test: registered,
});
