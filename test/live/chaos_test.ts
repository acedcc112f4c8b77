/**
 * Everything at once on Redis, over TCP, over HTTP, and on a cluster: workers and servers killed and frozen, connections
 * cut, masters changed, while tasks are published. Nothing accepted is lost, and nothing ends twice.
 *
 * `UMBEL_CHAOS_SECONDS=120 bun test test/live/chaos_test.ts` does each for minutes; by default it is short enough for CI.
 */
import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrokerUnavailable, Umbel } from "../../mod.ts";
import { newId } from "../../src/base/ids.ts";
import { decodeResult } from "../../src/protocol/result.ts";
import { clusterStage, gatewayStage, redisStage, type Stage } from "./chaos_stage.ts";
import { Fleet } from "./fleet.ts";

const SECONDS = Number(process.env.UMBEL_CHAOS_SECONDS ?? 8);
const WORKERS = 2;

/** How long the rest of the tasks may take when the chaos is over, on a busy machine. */
const CALM = Number(process.env.UMBEL_CHAOS_CALM ?? 180) * 1_000;

const STAGES: Readonly<Record<string, () => Promise<Stage>>> = {
  "over TCP": redisStage,
  "over HTTP": gatewayStage,
  "on a cluster": clusterStage,
};

interface Tally {
  readonly ids: Map<string, number>;
  refused: number;
  readonly harms: Map<string, number>;
}

for (const [where, open] of Object.entries(STAGES)) {
  test(`${where}, everything that goes wrong at once loses nothing and ends nothing twice`, async () => {
    const stage = await open();
    const folder = await mkdtemp(join(tmpdir(), "umbel-chaos-"));
    const log = join(folder, "runs.log");
    await writeFile(log, "");
    const app = new Umbel("killed", { broker: stage.url });
    const env = { ...process.env, UMBEL_BROKER: stage.url, KILL_TEST_LOG: log, UMBEL_LOG_LEVEL: "silent" };
    const fleet = new Fleet(WORKERS, env);
    const tally: Tally = { ids: new Map(), refused: 0, harms: new Map() };
    try {
      await fleet.fill();
      const end = Date.now() + SECONDS * 1_000;
      const harmed = harm(stage, fleet, tally, end);
      await Promise.all([publish(app, tally, harmed), harmed]);
      const start = performance.now();
      await check(app, tally, log);
      const calm = ((performance.now() - start) / 1_000).toFixed(1);
      const harms = [...tally.harms].map(([name, count]) => `${count} × ${name}`).join(", ");
      console.log(
        `chaos ${where}: ${SECONDS} s, ${tally.ids.size} tasks, ${tally.refused} publishes told as failed, ${harms}, ` +
          `${fleet.kills} × worker killed: none was lost, the last was done ${calm} s after`,
      );
    } finally {
      await fleet.stop();
      await app.close();
      await stage.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }, SECONDS * 1_000 + CALM + 120_000);
}

/** Every task has its result, nothing is left in the queues, and each was run. */
async function check(app: Umbel, tally: Tally, log: string): Promise<void> {
  const ids = [...tally.ids.keys()];
  const ends = await Promise.allSettled(ids.map((id) => app.result(id).get({ timeout: { milliseconds: CALM } })));
  const open = ids.filter((_, index) => ends[index]?.status === "rejected");
  if (open.length > 0) {
    const broker = await app.broker();
    console.error("not done:", open.slice(0, 20), await broker.read(open.slice(0, 20)), await broker.queues());
    console.error("workers:", await broker.workers());
  }
  expect(open).toEqual([]);
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
}

/** Publishes in small batches; what is told as failed is sent again under the same id, as a caller would. */
async function publish(app: Umbel, tally: Tally, harmed: Promise<void>): Promise<void> {
  let over = false;
  void harmed.finally(() => over = true).catch(() => {});
  for (let x = 0; !over; x++) {
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

/** Does something bad every now and then: everything once at least, and a worker dies after each. */
async function harm(stage: Stage, fleet: Fleet, tally: Tally, end: number): Promise<void> {
  const harms = Object.entries(stage.harms);
  for (let turn = 0; Date.now() < end || turn < harms.length; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 600));
    const [name = "", act] = harms[turn % harms.length] ?? [];
    await act?.();
    tally.harms.set(name, (tally.harms.get(name) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
    await fleet.killOne();
  }
}
