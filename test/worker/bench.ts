/** What the worker's tests have in common: an app, a worker that is stopped afterwards, and patience. */
import { afterEach } from "bun:test";
import { Umbel, type UmbelOptions } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import type { Broker } from "../../src/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { Worker, type WorkerOptions } from "../../src/worker/mod.ts";

/** An error that the apps of these tests rebuild as itself. */
export class Busy extends Error {
  override readonly name = "Busy";
  readonly after: number;
  constructor(after: number) {
    super("busy");
    this.after = after;
  }
}

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** An app over a broker of its own. */
export function makeApp(broker: Broker = new MemoryBroker(), options: UmbelOptions = {}): Umbel {
  const app = new Umbel("test", { ...options, broker, errors: [Busy], log: silentLogger });
  stops.push(() => app.close());
  return app;
}

/** A worker that is stopped when the test ends. */
export async function start(app: Umbel, options: WorkerOptions = {}): Promise<Worker> {
  const worker = await Worker.start(app, options);
  stops.push(() => worker.cancel());
  return worker;
}

/** How long a test waits for a result, on a busy machine. */
export const timeout = "20s";

/** Waits until it has come to that. */
export async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("It did not come to that");
}
