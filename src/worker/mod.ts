/**
 * The worker's door: run an app's tasks in this process.
 *
 * @module
 */
export { consoleLogger, type ConsoleLogOptions } from "./console_log.ts";
export { purge, type PurgeOptions } from "./purge.ts";
export { runWorker, type RunWorkerOptions } from "./run_worker.ts";
export { Worker, type WorkerOptions } from "./worker.ts";
