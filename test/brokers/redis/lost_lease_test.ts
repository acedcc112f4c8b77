/** A worker that hears nothing of Redis any more tells its tasks to stop before another worker begins them. */
import { afterEach, expect, test } from "bun:test";
import { Umbel } from "../../../mod.ts";
import { silentLogger } from "../../../src/base/log.ts";
import type { Broker } from "../../../src/broker.ts";
import { redis } from "../../../src/brokers/redis/mod.ts";
import { upstash } from "../../../src/brokers/redis/upstash/mod.ts";
import { Worker } from "../../../src/worker/mod.ts";
import { SilentProxy } from "../../support/silent_proxy.ts";
import { gatewayForTests, TOKEN } from "./rest_fixture.ts";

const gateway = gatewayForTests();

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
}, 60_000);

/** How a broker reaches a port of this machine. */
interface Way {
  readonly port: () => number;
  readonly open: (port: number, namespace: string) => Broker;
}

const WAYS: Readonly<Record<string, Way>> = {
  "over TCP": {
    port: () => gateway().server.port,
    open: (port, namespace) => redis({ url: `redis://127.0.0.1:${port}`, namespace, timeout: 1_000 }),
  },
  "over HTTP": {
    port: () => gateway().gateway.port,
    open: (port, namespace) => upstash({ url: `http://127.0.0.1:${port}`, token: TOKEN, namespace, timeout: 1_000 }),
  },
};

for (const [way, { port, open }] of Object.entries(WAYS)) {
  test(`${way}: a silent connection aborts the task's signal before another worker runs it`, async () => {
    const namespace = `lost lease ${way}`;
    await using proxy = await SilentProxy.start(port());
    const events: string[] = [];
    const again = Promise.withResolvers<void>();
    const work = (name: string, broker: Broker) => {
      const app = new Umbel("lost", { broker, log: silentLogger, lease: "2s", shutdownTimeout: "0s" });
      app.task("long", { bind: true }, async (ctx) => {
        events.push(`${name} begins`);
        if (name === "second") return again.resolve();
        proxy.fallSilent();
        await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
        events.push(`${name} is told to stop: ${ctx.signal.reason.name}`);
      });
      return Worker.start(app).then((worker) => stops.push(() => worker.cancel()));
    };
    const producer = open(port(), namespace);
    stops.push(() => producer.close());
    await work("first", open(proxy.port, namespace));
    await new Umbel("lost", { broker: producer }).send("long");
    while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await work("second", open(port(), namespace));
    await again.promise;
    proxy.recover();
    for (const stop of stops.splice(0)) await stop();
    expect(events).toEqual(["first begins", "first is told to stop: LeaseLost", "second begins"]);
  }, 60_000);
}
