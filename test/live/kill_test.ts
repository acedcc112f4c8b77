/** Workers that are killed at random moments lose nothing, and end nothing twice. */
import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeResult } from "../../src/protocol/result.ts";
import { Fleet } from "./fleet.ts";
import { app, square } from "./killed_tasks.ts";

const TASKS = 4_000;
const KILLS = 50;
const WORKERS = 2;

/** How long all of it may take, on a busy machine. */
const LIMIT = 280_000;

test(`${KILLS} kills of ${WORKERS} workers on one SQLite file: every task ends exactly once`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "umbel-kill-"));
  const log = join(folder, "runs.log");
  await writeFile(log, "");
  process.env.UMBEL_BROKER = `sqlite:${join(folder, "kill.sqlite")}`;
  const fleet = new Fleet(WORKERS, { ...process.env, KILL_TEST_LOG: log, UMBEL_LOG_LEVEL: "error" });
  const ended = new Map<string, number>();
  const broker = await app.broker();
  try {
    await fleet.fill();
    const results = await square.applyMany(Array.from({ length: TASKS }, (_, x) => [x]));
    const values = results.map(async (result) => {
      const value = await result.get();
      ended.set(result.id, (ended.get(result.id) ?? 0) + 1);
      return value;
    });
    const end = Date.now() + LIMIT;
    while (ended.size < TASKS && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 250));
      if (fleet.kills < KILLS) await fleet.killOne();
    }
    while (fleet.kills < KILLS) await fleet.killOne();
    expect(await Promise.all(values)).toEqual(results.map((_, x) => x * x));
    expect(new Set(ended.values())).toEqual(new Set([1]));
    const stored = await broker.read(results.map(({ id }) => id));
    expect(stored.every((one, x) => one?.kind === "final" && decodeResult("", one.text).data === x * x)).toBe(true);
    const left = await broker.queues();
    expect(left.filter(({ ready, delayed, active, dead }) => ready + delayed + active + dead > 0)).toEqual([]);
    const runs = (await readFile(log, "utf8")).trim().split("\n").length;
    console.log(`kill test: ${TASKS} tasks, ${fleet.kills} kills, ${runs - TASKS} runs were repeated, none was lost`);
    expect(runs).toBeGreaterThanOrEqual(TASKS);
    expect(fleet.kills).toBeGreaterThanOrEqual(KILLS);
  } finally {
    await fleet.stop();
    await app.close();
    await rm(folder, { recursive: true, force: true });
  }
}, LIMIT + 60_000);
