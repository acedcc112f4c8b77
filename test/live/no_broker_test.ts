/** A worker whose broker is not there says so, begins when it comes, and stops when it is told to. */
import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Umbel } from "../../mod.ts";
import { newId } from "../../src/base/ids.ts";
import { redis } from "../../src/brokers/redis/mod.ts";
import { freePort, type RedisServer, startRedisServer } from "../support/redis_server.ts";
import { runUmbel } from "../support/running.ts";
import { until } from "../support/until.ts";

const LIMIT = 120_000;
const APP = join(import.meta.dir, "../cli/samples/config/app.ts");

function worker(url: string) {
  return runUmbel(["-A", APP, "-b", url, "worker"]);
}

test("a worker without a broker tells where it looks, without secrets, and is not ready", async () => {
  const port = await freePort();
  await using running = worker(`redis://:secret@127.0.0.1:${port}`);
  await running.line(/(Waiting for an answer of redis:\/\/:\*\*\*@127\.0\.0\.1:\d+)/);
  await running.line(/(no connection: connect ECONNREFUSED)/);
  expect(running.out + running.err).not.toContain("Ready");
  expect(running.out + running.err).not.toContain("secret");
  running.signal("SIGTERM");
  await running.line(/(finishing what runs)/);
  running.signal("SIGTERM");
  await running.line(/(telling running tasks to stop)/);
  running.signal("SIGTERM");
  expect(await running.end()).toBe(1);
}, LIMIT);

test("a worker that its broker refuses ends at once, with one line", async () => {
  await using server = await startRedisServer({ password: "right" });
  await using running = worker(server.url.replace("right", "wrong"));
  expect(await running.end()).toBe(1);
  expect(running.err).toMatch(
    /\numbel: BrokerRefused: Cannot claim: there is a server that does not know the credentials\n$/,
  );
  await using nowhere = worker("sqlite:/dev/null/umbel.sqlite");
  expect(await nowhere.end()).toBe(1);
  expect(nowhere.err).toMatch(
    /\numbel: Cannot open \/dev\/null\/umbel.sqlite as its folder must be there, or be one that can be made: .*\n$/,
  );
}, LIMIT);

test("a worker begins as soon as its broker is there", async () => {
  await using server = await startRedisServer();
  server.pause();
  await using running = worker(server.url);
  await running.line(/(Waiting for an answer of redis)/);
  server.resume();
  await running.line(/(Ready)/);
  expect(await running.stop()).toBe(0);
}, LIMIT);

/** A worker that is told to stop at once while its Redis is away: it ends, and what it ran comes back. */
async function stopWithout(
  folder: string,
  away: (server: RedisServer) => unknown,
  back: (server: RedisServer) => unknown,
): Promise<void> {
  await using server = await startRedisServer({ appendonly: true, config: { appendfsync: "always" } });
  const tasks = join(import.meta.dir, "signalled_tasks.ts");
  const env = { UMBEL_BROKER: server.url, SIGNALS_TEST_FOLDER: folder };
  await using running = runUmbel(["-A", tasks, "worker", "--lease", "3s"], env);
  const app = new Umbel("signalled", { broker: redis(server.url) });
  const { id } = await app.send("polite", []);
  await until("the task to run", () => readFile(join(folder, "told"), "utf8").then(() => true, () => false));
  await away(server);
  running.signal("SIGTERM");
  await running.line(/(finishing what runs)/);
  running.signal("SIGTERM");
  await running.line(/(what it held comes back when the lease ends)/);
  expect(await running.end()).toBe(0);
  await back(server);
  const broker = await app.broker();
  const other = { incarnation: newId(), name: "other", lease: 60_000 };
  await until("the task to come back", async () => {
    const { deliveries } = await broker.claim(other, { queues: ["default"], max: 1 });
    return deliveries[0]?.id === id;
  }, LIMIT);
  await app.close();
}

test("a worker that is told to stop at once ends though its broker is away, and its tasks come back", async () => {
  const folders = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), "umbel-away-"))));
  const [killed = "", frozen = ""] = folders;
  try {
    await Promise.all([
      stopWithout(killed, (server) => server.kill(), (server) => server.restart()),
      stopWithout(frozen, (server) => server.pause(), (server) => server.resume()),
    ]);
  } finally {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
  }
}, LIMIT);
