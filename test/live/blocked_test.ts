/** A worker process that was blocked beyond its lease cannot settle what another owns. */
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { Worker } from "../../src/worker/mod.ts";
import { startRedisServer } from "../support/redis_server.ts";
import { Running } from "../support/running.ts";
import { until } from "../support/until.ts";

const LIMIT = 120_000;

async function takeOver(url: string, folder: string): Promise<void> {
  await using first = new Running([process.execPath, join(import.meta.dir, "blocked_worker.ts")], {
    UMBEL_BROKER: url,
    BLOCKED_TEST_FOLDER: folder,
  });
  await first.line(/(Ready)/);
  const app = new Umbel("blocked", { broker: url, log: silentLogger });
  const hog = app.task("hog", { bind: true }, async (ctx) => {
    writeFileSync(join(folder, "taken"), "");
    await first.line(/(came too late)/);
    return `of the second, at delivery ${ctx.deliveries}`;
  });
  const result = await hog.delay();
  await until("the first to begin", () => existsSync(join(folder, "begun")));
  const second = await Worker.start(app, { name: "second" });
  expect(await result.get({ timeout: "90s" })).toBe("of the second, at delivery 2");
  expect(await result.info()).toMatchObject({ state: "SUCCESS", worker: "second" });
  expect(await first.stop()).toBe(0);
  await second.stop();
  const left = await (await app.broker()).queues();
  expect(left.filter(({ ready, delayed, active, dead }) => ready + delayed + active + dead > 0)).toEqual([]);
  expect(await result.get({ timeout: "1s" })).toBe("of the second, at delivery 2");
  await app.close();
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "umbel-blocked-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("over a SQLite file, a blocked worker's task is taken over, and has one end", async () => {
  await withFolder((folder) => takeOver(`sqlite:${join(folder, "blocked.sqlite")}`, folder));
}, LIMIT);

test("over Redis, a blocked worker's task is taken over, and has one end", async () => {
  await using server = await startRedisServer();
  await withFolder((folder) => takeOver(server.url, folder));
}, LIMIT);
