/** A cluster whose nodes speak TLS alone, to each other too: whom the client trusts holds for nodes it only learns of. */
import { afterEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redisBlobs } from "../../../src/blob_stores/redis/mod.ts";
import { BrokerUnavailable } from "../../../src/broker_error.ts";
import { keySlot } from "../../../src/brokers/redis/cluster/key_slot.ts";
import { redis, type RedisBroker, type RedisOptions } from "../../../src/brokers/redis/mod.ts";
import { noise, read } from "../../../src/testing/blob_conformance/bench.ts";
import { CERTIFICATE } from "../../support/certificate.ts";
import { consume } from "./consume.ts";
import { ids, letters } from "./letters.ts";
import { clusterForTests } from "./redis_fixture.ts";

const root = join(import.meta.dir, "../../..");
const cluster = clusterForTests({ tls: true });

const closing: RedisBroker[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((broker) => broker.close()));
});

function open(options: RedisOptions): RedisBroker {
  const broker = redis({ url: cluster().url, tls: { ca: CERTIFICATE }, ...options });
  closing.push(broker);
  return broker;
}

test("tasks are spread over all masters, and whoever waits is woken", async () => {
  const [producer, consumer] = [open({ namespace: "spread" }), open({ namespace: "spread" })];
  const done = consume(consumer, 60, 1, 5);
  const sent = letters(60);
  for (const letter of sent) expect(await producer.publish({ publish: [letter] })).toEqual(["created"]);
  expect(ids(await done)).toEqual(ids(sent));
  expect(await producer.read(ids(sent))).toEqual(sent.map(() => ({ kind: "final", text: "r" })));
}, 60_000);

test("a slot that moves takes its tasks along, and its worker follows", async () => {
  const options = { namespace: "moves", partitions: 1 };
  const [producer, consumer] = [open(options), open(options)];
  const sent = letters(8);
  await producer.publish({ publish: sent.slice(0, 5) });
  const done = consume(consumer, sent.length, 3);
  for (const [at, master] of cluster().masters.entries()) {
    await cluster().moveSlot(keySlot("moves/0"), master);
    await producer.publish({ publish: sent.slice(5 + at, 6 + at) });
  }
  expect(ids(await done)).toEqual(ids(sent));
}, 60_000);

test("blobs are kept in it too", async () => {
  const store = redisBlobs({ url: cluster().url, tls: { ca: CERTIFICATE } });
  const bytes = noise(600_000);
  await store.put("blob", bytes);
  expect(await read(store, "blob")).toEqual(bytes);
  await store.close();
}, 60_000);

test("a cluster whose certificate nobody vouches for is sent nothing", async () => {
  const stranger = open({ namespace: "stranger", timeout: 1_000, tls: true });
  const failure: unknown = await stranger.publish({ publish: letters(1) }).catch((error) => error);
  expect(failure).toBeInstanceOf(BrokerUnavailable);
  expect(failure).toHaveProperty("effect", "not done");
  expect(Bun.inspect(failure)).toContain("self signed certificate");
}, 60_000);

test("a URL is enough where the process was told whom to trust", async () => {
  const folder = await mkdtemp(join(tmpdir(), "umbel-trust-"));
  try {
    const file = join(folder, "authority.pem");
    await writeFile(file, CERTIFICATE);
    const doctor = (env: Record<string, string>) => {
      const command = [process.execPath, "src/cli/bin.ts", "doctor", "-b", cluster().url];
      return Bun.spawnSync(command, { env: { ...process.env, ...env }, cwd: root }).stdout.toString();
    };
    expect(doctor({ NODE_EXTRA_CA_CERTS: file })).toMatch(/ok +cluster +127\.0\.0\.1:\d+: whole/);
    expect(doctor({})).toMatch(/CHANGE reachable .*: self signed certificate\n +-> .* NODE_EXTRA_CA_CERTS/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
