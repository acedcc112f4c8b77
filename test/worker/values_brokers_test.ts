/** Whatever a value is, it comes back as it was by every broker, the official client's own reading of answers included. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "@upstash/redis";
import * as z from "zod";
import { Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import type { Broker } from "../../src/broker.ts";
import { memory } from "../../src/brokers/memory/mod.ts";
import { redis } from "../../src/brokers/redis/mod.ts";
import { upstash } from "../../src/brokers/redis/upstash/mod.ts";
import { sqlite } from "../../src/brokers/sqlite/mod.ts";
import { Worker } from "../../src/worker/mod.ts";
import { gatewayForTests } from "../brokers/redis/rest_fixture.ts";
import { Money, richSamples } from "../support/rich_samples.ts";
import { difference } from "../support/same.ts";
import { timeout } from "./bench.ts";

const setup = gatewayForTests();
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "umbel-values-"));
});

afterAll(() => rm(folder, { recursive: true }));

const BROKERS: Readonly<Record<string, () => Broker>> = {
  memory,
  "the embedded one": () => sqlite({ path: join(folder, "values.sqlite") }),
  "Redis over TCP": () => redis({ url: setup().server.url, namespace: "tcp" }),
  "Upstash by our client": () => upstash({ ...setup().access, namespace: "own" }),
  // It makes numbers and objects of answers that look like them, unless it is told not to.
  "Upstash by a client of the user's": () => upstash({ client: new Redis(setup().access), namespace: "given" }),
};

/** JSON that somebody might take for something else. */
const PLAIN: readonly unknown[] = [
  ["1", "1e5", "007", "-0", "0x10", "NaN", "null", "true", "", " 1 ", "9007199254740993", '{"a":1}', "[1]"],
  [1, 1e5, 0.1, 2 ** 53, -1e-7, 1e300, 0],
  { "1": "2", nested: { text: "3", number: 3 } },
  "12345678901234567890",
  42,
  "42",
  null,
];

function makeApp(broker: Broker) {
  const app = new Umbel("values", { broker, log: silentLogger });
  app.codec({
    name: "Money",
    match: (value) => value instanceof Money,
    encode: ({ amount, currency }): [bigint, string] => [amount, currency],
    decode: ([amount, currency]) => new Money(amount, currency),
  });
  return { app, echo: app.task("echo", { args: [z.any()] }, (value) => value) };
}

describe.each(Object.entries(BROKERS))("values by %s", (_, open) => {
  test("come back the same", async () => {
    const { app, echo } = makeApp(open());
    const worker = await Worker.start(app);
    try {
      const values = [...PLAIN, ...Object.values(richSamples())];
      const results = await Promise.all(values.map((value) => echo.delay(value)));
      for (const [index, result] of results.entries()) {
        expect(difference(values[index], await result.get({ timeout }), `values[${index}]`)).toBeUndefined();
      }
    } finally {
      await worker.stop();
      await app.close();
    }
  }, 60_000);
});
