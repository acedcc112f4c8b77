/** Random workflows on real brokers, with worker processes that are killed at random, come out as an interpreter says. */
import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnyResult } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { deeds } from "../canvas/deeds.ts";
import { anySeed, difference, Model, sampleOf, treeOf } from "../canvas/model.ts";
import { Journal, modelApp } from "../canvas/model_app.ts";
import { quiet } from "../support/quiet.ts";
import { startRedisServer } from "../support/redis_server.ts";
import { Fleet } from "./fleet.ts";

const FLOWS = 60;
const KILLS = 12;
const WORKERS = 2;

/** How long all of it may take on one broker, on a busy machine. */
const LIMIT = 200_000;

test("in SQLite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "umbel-flows-"));
  try {
    await killing(`sqlite:${join(folder, "flows.sqlite")}`, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, LIMIT + 60_000);

test("in Redis", async () => {
  await using server = await startRedisServer();
  const folder = await mkdtemp(join(tmpdir(), "umbel-flows-"));
  try {
    await killing(server.url, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, LIMIT + 60_000);

async function killing(url: string, folder: string): Promise<void> {
  const log = join(folder, "runs.log");
  await writeFile(log, "");
  const app = modelApp(new Journal(), { broker: url, log: silentLogger });
  const env = { ...process.env, UMBEL_BROKER: url, KILL_TEST_LOG: log, UMBEL_LOG_LEVEL: "error" };
  const fleet = new Fleet(WORKERS, env, "killed_flow_worker.ts");
  const seed = anySeed();
  const { nodes, calls } = sampleOf(FLOWS, seed);
  try {
    await fleet.fill();
    const values = Promise.all(nodes.map(async (node) => {
      const result: AnyResult = await app.signature(treeOf(node)).delay();
      return await result.get({ timeout: { milliseconds: LIMIT }, propagate: false });
    }));
    while (fleet.kills < KILLS) {
      await Bun.sleep(20 + Math.random() * 200);
      await fleet.killOne();
    }
    const models = nodes.map((node) => new Model(node));
    for (const [index, value] of (await values).entries()) {
      const { shape } = models[index] ?? new Model({ kind: "group", members: [], errs: [] });
      expect(difference(value, shape) ?? "right", `seed ${seed}`).toBe("right");
    }
    await quiet(await app.broker());
    const journal = await readJournal(log);
    expect(deeds(models, journal) ?? "right", `seed ${seed}`).toBe("right");
    console.log(
      `workflow kill test: ${FLOWS} workflows of ${calls} calls, ${fleet.kills} kills: all came out as they must`,
    );
  } finally {
    await fleet.stop();
    await app.close();
  }
}

async function readJournal(path: string): Promise<Journal> {
  const journal = new Journal();
  for (const line of (await readFile(path, "utf8")).trim().split("\n")) {
    const [what, tag, id = "", attempt, deliveries] = line.split(" ");
    if (what === "run") journal.run(Number(tag), id, Number(attempt), Number(deliveries));
    else if (what === "call") journal.call(Number(tag), id);
  }
  return journal;
}
