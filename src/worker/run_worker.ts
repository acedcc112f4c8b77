/** Runs a worker as a process: until a signal stops it. @module */
import process from "node:process";
import { clearTimeout, setTimeout } from "node:timers";
import type { Umbel } from "../app/umbel.ts";
import { Worker, type WorkerOptions } from "./worker.ts";

/** What {@link runWorker} may be told. */
export interface RunWorkerOptions extends WorkerOptions {
  /** Is called once the worker consumes, such as to say that it is ready. */
  readonly ready?: (worker: Worker) => void;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** A broker that has not answered for so long is spoken of, in milliseconds. */
const PATIENCE = 2_000;

/** What follows `runWorker` has this long where a handler that was given up would keep the process, in milliseconds. */
const LAST_WORDS = 1_000;

/**
 * Runs a worker until a signal stops it, and resolves when all it held is settled.
 *
 * The first SIGTERM or SIGINT lets running tasks finish and gives back what has not begun. The second tells running
 * tasks to stop, through their signals, and gives them back; a handler that has not stopped some seconds later ends with
 * the process. The third exits at once; what ran comes back when the worker's lease ends.
 */
export async function runWorker<Queue extends string>(
  app: Umbel<Queue>,
  options: RunWorkerOptions = {},
): Promise<void> {
  const { ready, ...rest } = options;
  const worker = await Worker.start(app, rest);
  let signals = 0;
  const stop = (signal: string) => {
    signals++;
    worker.log.info(`${signal}: ${STAGES[Math.min(signals, STAGES.length) - 1]}`, { running: worker.running });
    if (signals === 1) void worker.stop();
    else if (signals === 2) void worker.cancel();
    else process.exit(1);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    await connect(worker);
    if (signals === 0) worker.log.info("Ready", { queues: worker.queues, concurrency: worker.settings.concurrency });
    if (signals === 0) ready?.(worker);
    await worker.stopped();
    await app.close();
    if (worker.abandoned > 0) endSoon(worker);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

/** Waits until the broker has answered, or the worker was stopped before; says what it waits for when that takes long. */
async function connect(worker: Worker): Promise<void> {
  const { broker } = worker.app.places;
  const hint = setTimeout(() => worker.log.warn(`Waiting for an answer of ${broker}`), PATIENCE);
  try {
    await Promise.race([worker.connected(), worker.stopped()]);
  } catch (error) {
    await worker.stop();
    await worker.app.close();
    throw error;
  } finally {
    clearTimeout(hint);
  }
}

/** A handler that goes on would keep the process, and do again what another worker does now. */
function endSoon({ log, abandoned }: Worker): void {
  log.warn("Tasks did not stop when they were told to; they were given back, and end with this process", { abandoned });
  setTimeout(() => process.exit(), LAST_WORDS).unref();
}

const STAGES = [
  "finishing what runs; again to cancel it",
  "telling running tasks to stop; again to exit at once",
  "exiting at once",
] as const;
