/** The worker: a consumer, an executor and a heartbeat over one broker, as one service. @module */
import { type Clock, systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import type { Broker, Outcome, WorkerRef } from "../broker.ts";
import type { Umbel } from "../app/umbel.ts";
import { checkSettings, type ResolvedSettings, resolveSettings, type Settings } from "../app/settings.ts";
import { checkQueue } from "../client/compose.ts";
import { encodeResult } from "../protocol/result.ts";
import { LeaseLost, TaskRevoked, WorkerStopping } from "../task/control.ts";
import { BlobSweeper } from "./blob_sweeper.ts";
import { findTask } from "./built_in.ts";
import { type Closed, Closing } from "./closing.ts";
import { Consumer } from "./consumer.ts";
import { consoleLogger } from "./console_log.ts";
import { Executor } from "./executor.ts";
import { HeartbeatService } from "./heartbeat.ts";
import { logEnd } from "./log_end.ts";
import { outcomeOf } from "./outcome.ts";
import type { Run } from "./run.ts";
import { Slots } from "./slots.ts";
import { workerName } from "./worker_name.ts";

/** What a worker may be told; everything else comes from the app's settings. */
export interface WorkerOptions extends Omit<Settings, "queue" | "resultRetention"> {
  /**
   * What people know it by. `%h` is the host's name, `%n` the part before the first dot of it, `%d` the rest, `%i` the
   * process id. @default {"worker@%h"}
   */
  readonly name?: string;
  /** The queues it serves. Those that the app declares, or the app's default queue, when absent. */
  readonly queues?: readonly string[];
  readonly log?: Logger;
  readonly clock?: Clock;
}

/** How long handlers may take to stop when they are told to, before their tasks are taken from them. */
const CANCEL_GRACE = 5_000;

/** How long a worker that is cancelled tries to give back what was taken from them, before it leaves that to its lease. */
const GIVE_BACK = 10_000;

/** A running worker. */
export class Worker {
  readonly app: Umbel<string>;
  readonly name: string;
  readonly queues: readonly string[];
  readonly settings: ResolvedSettings;
  readonly log: Logger;
  readonly #clock: Clock;
  readonly #broker: Broker;
  readonly #ref: WorkerRef;
  readonly #consumer: Consumer;
  readonly #heartbeat: HeartbeatService;
  readonly #sweeper: BlobSweeper;
  readonly #executor: Executor;
  readonly #closing: Closing;
  #consuming: Promise<void> | undefined;
  #ended: Promise<void> | undefined;
  /** Aborted when it gives up to settle what it holds. */
  readonly #gone: AbortController = new AbortController();

  private constructor(app: Umbel<string>, broker: Broker, options: WorkerOptions) {
    const { name, queues, log, clock, ...settings } = options;
    checkSettings(settings, "the worker");
    this.app = app;
    this.settings = resolveSettings(settings, ...app.settingLayers());
    this.name = workerName(name);
    this.queues = queues ?? app.queues ?? [this.settings.queue];
    for (const queue of this.queues) checkQueue(queue, app.queues);
    this.log = (log ?? app.log ?? consoleLogger({ level: this.settings.logLevel })).with({ worker: this.name });
    this.#clock = clock ?? systemClock;
    this.#broker = broker;
    this.#ref = { incarnation: newId(), name: this.name, lease: this.settings.lease };
    this.#executor = this.#makeExecutor();
    this.#closing = new Closing({
      broker,
      clock: this.#clock,
      log: this.log,
      gone: this.#gone.signal,
      place: (tree, place, lineage) => app.flows.place(tree, place, lineage),
    });
    this.#consumer = this.#makeConsumer();
    this.#heartbeat = this.#makeHeartbeat();
    this.#sweeper = new BlobSweeper({
      broker,
      blobs: () => app.blobs(),
      clock: this.#clock,
      log: this.log,
      grace: this.settings.blobGrace,
    });
  }

  /** Opens the app's broker and starts to consume. */
  static async start(app: Umbel<string>, options: WorkerOptions = {}): Promise<Worker> {
    const worker = new Worker(app, await app.broker(), options);
    app.origin = () => worker.#executor.origin();
    worker.#heartbeat.start();
    worker.#sweeper.start();
    worker.#consuming = worker.#consumer.run();
    return worker;
  }

  /**
   * Resolves with the first answer of the broker: from then on the worker is known to consume. Until then it tries.
   *
   * @throws {Error} when the broker has never answered and refuses, for a reason that does not pass by itself
   */
  async connected(): Promise<void> {
    await this.#consumer.answered;
  }

  /** Resolves when the worker has stopped and all it held is settled, or it has given up to settle that. */
  stopped(): Promise<void> {
    return this.#ended ??= Promise.race([this.#end(), aborted(this.#gone.signal)]);
  }

  async #end(): Promise<void> {
    await this.#consuming;
    await Promise.all([this.#heartbeat.stop(), this.#sweeper.stop()]);
    if (this.#gone.signal.aborted) return;
    // It holds nothing any more that would have to go back.
    await this.#broker.leave(this.#ref).catch((error) => this.log.warn("The worker could not take leave", { error }));
  }

  /** Warm: claims no more, gives back what has not begun, and lets running tasks finish. */
  async stop(): Promise<void> {
    this.#consumer.stop();
    const timer = new AbortController();
    void this.#clock.sleep(this.settings.shutdownTimeout, timer.signal).then(() => {
      if (!timer.signal.aborted) void this.cancel();
    });
    await this.stopped();
    timer.abort();
  }

  /**
   * Cold: as `stop`, and tells running tasks by their signals to stop; after five seconds those that have not are taken
   * from them. It resolves in fifteen seconds at the most: what a broker that is away could not be told of by then comes
   * back when the worker's lease ends.
   */
  async cancel(): Promise<void> {
    this.#consumer.stop();
    this.#abort(new WorkerStopping("The worker stops"));
    const timer = new AbortController();
    void this.#pressOn(timer.signal);
    await this.stopped();
    timer.abort();
  }

  /** Takes from handlers what they do not let go of, and gives up what the broker does not take back. */
  async #pressOn(ended: AbortSignal): Promise<void> {
    await this.#clock.sleep(CANCEL_GRACE, ended);
    if (ended.aborted) return;
    this.#consumer.abandon();
    await this.#clock.sleep(GIVE_BACK, ended);
    if (ended.aborted) return;
    this.#gone.abort();
    this.#consumer.quit();
    // They need not wait for a call of the consumer that may still be under way.
    void this.#heartbeat.stop();
    void this.#sweeper.stop();
    this.log.error("The broker could not be told that the worker stops: what it held comes back when the lease ends", {
      lease: this.settings.lease,
    });
  }

  /** How many tasks are running. */
  get running(): number {
    return this.#consumer.running().length;
  }

  /** How many handlers were still running when their tasks were taken from them, since they did not stop when told to. */
  get abandoned(): number {
    return this.#consumer.abandoned;
  }

  #makeExecutor(): Executor {
    const { app, log, name } = this;
    return new Executor({
      find: findTask(app),
      serializer: app.serializer,
      broker: this.#broker,
      maxDeliveries: this.settings.maxDeliveries,
      log,
      worker: name,
      beginning: (run) => this.#beginning(run),
    });
  }

  #makeConsumer(): Consumer {
    return new Consumer({
      broker: this.#broker,
      worker: this.#ref,
      queues: this.queues,
      slots: new Slots(this.settings.concurrency, this.settings.prefetch),
      clock: this.#clock,
      log: this.log,
      execute: (run) => this.#executor.execute(run),
      outcome: (run) => this.#outcome(run),
      claimed: (since) => this.#heartbeat.claimed(since),
    });
  }

  #makeHeartbeat(): HeartbeatService {
    return new HeartbeatService({
      broker: this.#broker,
      worker: this.#ref,
      clock: this.#clock,
      log: this.log,
      holding: () => this.#consumer.holding(),
      revoked: (id) => this.#runOf(id)?.abort(new TaskRevoked("revoked")),
      lost: (ids) => this.#abort(new LeaseLost("The worker may no longer own this task"), ids),
    });
  }

  #beginning(run: Run): void | Promise<void> {
    const options = run.task?.definition.options;
    if (options?.ack !== "early") return options?.trackStarted ? this.#noteStarted(run) : undefined;
    const begun = this.#consumer.begin(run);
    return options.trackStarted ? begun.then(() => this.#noteStarted(run)) : begun;
  }

  async #noteStarted(run: Run): Promise<void> {
    const text = encodeResult({ state: "STARTED", task: run.message?.task, worker: this.name, started: run.started });
    await this.#broker.note([{ id: run.id, text }]);
  }

  /** The outcome of a run. */
  #outcome(run: Run): Outcome | Promise<Outcome> {
    const ended = this.#closing.close(run);
    return ended instanceof Promise ? ended.then((one) => this.#report(run, one)) : this.#report(run, ended);
  }

  #report(run: Run, { end, effects }: Closed): Outcome {
    const reporter = { name: this.name, now: () => this.#clock.now() };
    logEnd(this.log, run, end, reporter.now());
    return outcomeOf(run, end, reporter, effects);
  }

  #runOf(id: string): Run | undefined {
    return this.#consumer.running().find((run) => run.id === id);
  }

  /** Tells the runs of these ids to stop, or all. */
  #abort(reason: Error, ids?: readonly string[]): void {
    for (const run of this.#consumer.running()) if (!ids || ids.includes(run.id)) run.abort(reason);
  }
}

/** Resolves when a signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
