/** A worker process stops in three stages, whichever signal asks it to. */
import { afterEach, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "../../src/base/ids.ts";
import type { Broker, Delivery } from "../../src/broker.ts";
import { sqlite } from "../../src/brokers/sqlite/mod.ts";
import { Umbel } from "../../mod.ts";
import { Running, runUmbel } from "../support/running.ts";
import { until } from "../support/until.ts";

const LIMIT = 120_000;
const CONCURRENCY = 2;
const PREFETCH = 3;
const SENT = 7;

type Signal = "SIGTERM" | "SIGINT";

/** A worker process over a SQLite file, and the same file in this process. */
class Stage {
  readonly folder: string;
  readonly broker: Broker;
  readonly app: Umbel;
  readonly worker: Running;

  constructor(folder: string, script?: string) {
    const path = join(folder, "signals.sqlite");
    this.folder = folder;
    this.broker = sqlite(path);
    this.app = new Umbel("signalled", { broker: this.broker });
    const env = { UMBEL_BROKER: `sqlite:${path}`, SIGNALS_TEST_FOLDER: folder };
    const flags = ["-c", String(CONCURRENCY), "--prefetch", String(PREFETCH), "--lease", "3s"];
    this.worker = script
      ? new Running([process.execPath, join(import.meta.dir, script)], env)
      : runUmbel(["-A", join(import.meta.dir, "signalled_tasks.ts"), "worker", ...flags], env);
  }

  /** Sends tasks, and waits until some run and others are claimed and wait; gives the ids of all. */
  async fill(task: string): Promise<string[]> {
    await writeFile(join(this.folder, "told"), "");
    const ids: string[] = [];
    for (let count = 0; count < SENT; count++) ids.push((await this.app.send(task, [])).id);
    await until("the worker's hands to be full", async () => {
      const active = (await this.queue())?.active;
      return active === CONCURRENCY + PREFETCH && (await this.told("begun")).length === CONCURRENCY;
    });
    return ids;
  }

  async queue() {
    return (await this.broker.queues()).find(({ name }) => name === "default");
  }

  /** The ids that handlers have told something of. */
  async told(what: string): Promise<string[]> {
    const text = await readFile(join(this.folder, "told"), "utf8");
    return [...text.matchAll(new RegExp(`^${what} (\\S+)$`, "gm"))].map(([, id = ""]) => id);
  }

  /** Resolves when the worker holds only what it runs. */
  async wentBack(): Promise<void> {
    await until("what was claimed to go back", async () => (await this.queue())?.active === CONCURRENCY);
  }

  /** Lets the tasks end that wait for it. */
  async go(): Promise<void> {
    await writeFile(join(this.folder, "go"), "");
  }

  /** Another worker claims until it has that many; how often each was handed out, by id. */
  async claim(count: number): Promise<Map<string, number>> {
    const ref = { incarnation: newId(), name: "other", lease: 60_000 };
    const found: Delivery[] = [];
    await until(`${count} deliveries`, async () => {
      found.push(...(await this.broker.claim(ref, { queues: ["default"], max: 100 })).deliveries);
      return found.length >= count;
    });
    return new Map(found.map(({ id, deliveries }) => [id, deliveries]));
  }

  async close(): Promise<void> {
    await this.worker[Symbol.asyncDispose]();
    await this.app.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const stages: Stage[] = [];

/** A stage with a worker that is ready: of the command line, or of a script beside this file. */
async function makeStage(script?: string): Promise<Stage> {
  const stage = new Stage(await mkdtemp(join(tmpdir(), "umbel-signals-")), script);
  stages.push(stage);
  await stage.worker.line(/(Ready)/);
  return stage;
}

afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close();
}, LIMIT);

function once(ids: readonly string[]): Map<string, number> {
  return new Map(ids.map((id) => [id, 1]));
}

const STAGES = [/(finishing what runs)/, /(telling running tasks to stop)/, /(exiting at once)/];

/** Sends a signal some times, each after the one before was heard, and after what was only claimed has gone back. */
async function send(stage: Stage, signal: Signal, times: number): Promise<void> {
  for (const heard of STAGES.slice(0, times)) {
    stage.worker.signal(signal);
    await stage.worker.line(heard);
    if (heard === STAGES[0]) await stage.wentBack();
  }
}

describe.each<Signal>(["SIGTERM", "SIGINT"])("%s", (signal) => {
  test("once: what runs finishes, what was claimed goes back and does not count as handed out", async () => {
    const stage = await makeStage();
    const ids = await stage.fill("patient");
    await send(stage, signal, 1);
    await stage.go();
    expect(await stage.worker.end()).toBe(0);
    for (const id of ids.slice(0, CONCURRENCY)) {
      expect(await stage.app.result<boolean>(id).get({ timeout: "20s" })).toBe(false);
    }
    expect(await stage.told("begun")).toEqual(ids.slice(0, CONCURRENCY));
    expect(await stage.broker.workers()).toEqual([]);
    expect(await stage.claim(SENT - CONCURRENCY)).toEqual(once(ids.slice(CONCURRENCY)));
  }, LIMIT);

  test("twice: running tasks are told by their signals, and go back too", async () => {
    const stage = await makeStage();
    const ids = await stage.fill("polite");
    await send(stage, signal, 2);
    expect(await stage.worker.end()).toBe(0);
    expect((await stage.told("stopped")).sort()).toEqual(ids.slice(0, CONCURRENCY));
    expect(await stage.claim(SENT)).toEqual(once(ids));
  }, LIMIT);

  test("twice: a handler that does not hear its signal loses its task, and does not keep the process", async () => {
    const stage = await makeStage();
    const ids = await stage.fill("stubborn");
    await send(stage, signal, 2);
    expect(await stage.worker.end()).toBe(0);
    expect(await stage.claim(SENT)).toEqual(once(ids));
  }, LIMIT);

  test("three times: the process ends at once, and what ran comes back when its lease ends", async () => {
    const stage = await makeStage();
    const ids = await stage.fill("stubborn");
    await send(stage, signal, 3);
    expect(await stage.worker.end()).toBe(1);
    const running = new Map(ids.slice(0, CONCURRENCY).map((id) => [id, 2]));
    expect(await stage.claim(SENT)).toEqual(new Map([...once(ids), ...running]));
  }, LIMIT);
});

test("a script with a handler that does not hear its signal goes on after its worker, and ends", async () => {
  const stage = await makeStage("signalled_worker.ts");
  const ids = await stage.fill("stubborn");
  await send(stage, "SIGTERM", 2);
  await stage.worker.line(/(Over and out)/);
  expect(await stage.worker.end()).toBe(0);
  expect(await stage.claim(SENT)).toEqual(once(ids));
}, LIMIT);
