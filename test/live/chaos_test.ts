/**
 * Everything at once on Redis: workers killed, the server killed and restarted with its append-only file, connections
 * cut, while tasks are published. Nothing accepted is lost, and nothing ends twice.
 *
 * `UMBEL_CHAOS_SECONDS=180 bun test test/live/chaos_test.ts` does it for minutes; by default it is short enough for CI.
 */
import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrokerUnavailable, Umbel } from "../../mod.ts";
import { newId } from "../../src/base/ids.ts";
import { RespClient } from "../../src/brokers/redis/resp_client.ts";
import { decodeResult } from "../../src/protocol/result.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";
import { Fleet } from "./fleet.ts";

const SECONDS = Number(process.env.UMBEL_CHAOS_SECONDS ?? 15);
const WORKERS = 2;

/** How long the rest of the tasks may take when the chaos is over, on a busy machine. */
const CALM = 180_000;

interface Tally {
  readonly ids: Map<string, number>;
  refused: number;
  restarts: number;
  cuts: number;
}

test("killed workers, a killed server and cut connections lose nothing and end nothing twice", async () => {
  await using server = await startRedisServer({ appendonly: true, config: { appendfsync: "always" } });
  const folder = await mkdtemp(join(tmpdir(), "umbel-chaos-"));
  const log = join(folder, "runs.log");
  await writeFile(log, "");
  const app = new Umbel("killed", { broker: server.url });
  const env = { ...process.env, UMBEL_BROKER: server.url, KILL_TEST_LOG: log, UMBEL_LOG_LEVEL: "silent" };
  const fleet = new Fleet(WORKERS, env);
  const tally: Tally = { ids: new Map(), refused: 0, restarts: 0, cuts: 0 };
  try {
    await fleet.fill();
    const end = Date.now() + SECONDS * 1_000;
    await Promise.all([publish(app, tally, end), harm(server, fleet, tally, end)]);
    const ids = [...tally.ids.keys()];
    await Promise.all(ids.map((id) => app.result(id).get({ timeout: { milliseconds: CALM } })));
    const stored = await (await app.broker()).read(ids);
    for (const [index, id] of ids.entries()) {
      const one = stored[index];
      const x = tally.ids.get(id) ?? NaN;
      expect(one?.kind === "final" && decodeResult(id, one.text).data).toBe(x * x);
    }
    const left = await (await app.broker()).queues();
    expect(left.filter(({ ready, delayed, active, dead }) => ready + delayed + active + dead > 0)).toEqual([]);
    const runs = new Set((await readFile(log, "utf8")).trim().split("\n"));
    expect([...tally.ids.values()].every((x) => runs.has(String(x)))).toBe(true);
    console.log(
      `chaos test: ${SECONDS} s, ${ids.length} tasks, ${tally.refused} publishes told as failed, ${fleet.kills} workers killed, ` +
        `${tally.restarts} restarts of the server, ${tally.cuts} times all connections cut: none was lost`,
    );
    expect(tally.restarts).toBeGreaterThan(0);
  } finally {
    await fleet.stop();
    await app.close();
    await rm(folder, { recursive: true, force: true });
  }
}, SECONDS * 1_000 + CALM + 120_000);

/** Publishes in small batches; what is told as failed is sent again under the same id, as a caller would. */
async function publish(app: Umbel, tally: Tally, end: number): Promise<void> {
  for (let x = 0; Date.now() < end; x++) {
    const id = newId();
    for (let sent = false; !sent;) {
      try {
        await app.send("square", [x], { id });
        sent = true;
      } catch (error) {
        if (!(error instanceof BrokerUnavailable)) throw error;
        tally.refused++;
      }
    }
    tally.ids.set(id, x);
    if (x % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Does something bad every now and then. */
async function harm(server: RedisServer, fleet: Fleet, tally: Tally, end: number): Promise<void> {
  for (let turn = 0; Date.now() < end; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 600));
    if (turn % 6 === 3) {
      await server.kill();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 500));
      await server.restart();
      tally.restarts++;
    } else if (turn % 2 === 0) {
      await cutAll(server);
      tally.cuts++;
    } else await fleet.killOne();
  }
}

async function cutAll(server: RedisServer): Promise<void> {
  const client = new RespClient({ url: server.url });
  await client.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).catch(() => undefined);
  await client.command(["CLIENT", "KILL", "TYPE", "pubsub"]).catch(() => undefined);
  await client.close();
}
