import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { ref, Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import type { Broker } from "../../src/broker.ts";
import { redis } from "../../src/brokers/redis/mod.ts";
import { upstash } from "../../src/brokers/redis/upstash/mod.ts";
import { sqlite } from "../../src/brokers/sqlite/mod.ts";
import { noise, streamed } from "../../src/testing/blob_conformance/bench.ts";
import { Worker } from "../../src/worker/mod.ts";
import { gatewayForTests } from "../brokers/redis/rest_fixture.ts";
import { timeout } from "./bench.ts";

const setup = gatewayForTests();
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "umbel-content-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Brokers by pairs: that of the sender, and that of the worker. */
const BROKERS: Readonly<Record<string, readonly [() => Broker, () => Broker]>> = {
  "the embedded broker": [
    () => sqlite({ path: join(folder, "shop.sqlite") }),
    () => sqlite({ path: join(folder, "shop.sqlite") }),
  ],
  "Redis over TCP": [
    () => redis({ url: setup().server.url, namespace: "tcp" }),
    () => redis({ url: setup().server.url, namespace: "tcp" }),
  ],
  "Redis, from Upstash's HTTP to TCP": [
    () => upstash({ ...setup().access, namespace: "mixed" }),
    () => redis({ url: setup().server.url, namespace: "mixed" }),
  ],
};

function makeApp(broker: Broker) {
  const app = new Umbel("content", { broker, log: silentLogger });
  const spec = { args: [ref(), z.array(z.string())], returns: z.object({ copy: ref(), words: z.number() }) } as const;
  const copy = app.task("copy", spec, async (file, words) => {
    const content = await file.bytes();
    return { copy: new File([content], `copy of ${file.name}`, { type: file.type }), words: words.length };
  });
  const size = app.task("size", { args: [z.object({ copy: ref(), words: z.number() })] }, async ({ copy }) => {
    return [copy.name, copy.type, (await copy.bytes()).length];
  });
  return { app, copy, size };
}

describe.each(Object.entries(BROKERS))("content over %s", (_, [sender, receiver]) => {
  test("is kept beside the messages, passes through a workflow, and goes when it is forgotten", async () => {
    const [client, server] = [makeApp(sender()), makeApp(receiver())];
    const worker = await Worker.start(server.app);
    try {
      const bytes = noise(1_500_000);
      const words = Array.from({ length: 8_000 }, (_, index) => ((index * 2_654_435_761) >>> 7).toString(36));
      const file = () => new File([bytes], "photo.jpg", { type: "image/jpeg" });
      const done = await (await client.copy.delay(file(), words)).get({ timeout });
      expect([done.words, done.copy.name, done.copy.type, done.copy.size]).toEqual([
        8_000,
        "copy of photo.jpg",
        "image/jpeg",
        1_500_000,
      ]);
      expect(await done.copy.bytes()).toEqual(bytes);
      expect(await done.copy.bytes({ range: { offset: 1_000_000, length: 3 } })).toEqual(
        bytes.slice(1_000_000, 1_000_003),
      );
      const flow = await client.copy.s(streamed(bytes), words).pipe(client.size.s()).delay();
      expect(await flow.get({ timeout })).toEqual(["copy of undefined", "", 1_500_000]);
      const store = await client.app.blobs();
      const before = (await store.list("values/")).blobs.length;
      await flow.parent?.forget();
      expect((await store.list("values/")).blobs.length).toBeLessThan(before);
    } finally {
      await worker.stop();
      await Promise.all([client.app.close(), server.app.close()]);
    }
  });
});
