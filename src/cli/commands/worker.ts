/** `umbel worker`: runs a worker until a signal stops it. @module */
import { type Command, Option } from "commander";
import type { Duration } from "../../base/duration.ts";
import { LOG_LEVELS, type LogLevel } from "../../base/log.ts";
import { consoleLogger } from "../../worker/console_log.ts";
import { runWorker } from "../../worker/run_worker.ts";
import type { Worker } from "../../worker/worker.ts";
import { type CliContext, type GlobalOptions, loadApp } from "../context.ts";
import { wholeNumber } from "../numbers.ts";
import { VERSION } from "../version.ts";

interface WorkerFlags extends GlobalOptions {
  readonly queues?: string;
  readonly concurrency?: number;
  readonly prefetch?: number | "auto";
  readonly hostname?: string;
  readonly loglevel?: LogLevel | "silent";
  readonly logFormat?: "pretty" | "json";
  readonly lease?: Duration;
  readonly shutdownTimeout?: Duration;
}

/** Adds the command. */
export function workerCommand(program: Command, context: CliContext): void {
  program.command("worker")
    .description("run the app's tasks until SIGTERM or Ctrl-C")
    .option("-Q, --queues <names>", "the queues to serve, with commas between")
    .option("-c, --concurrency <n>", "how many tasks to run at once", wholeNumber("concurrency", 1))
    .option("--prefetch <n>", 'how many messages to hold beyond those that run, or "auto"', prefetch)
    .option("-n, --hostname <name>", "the worker's name; %h host, %n its first part, %d its domain, %i process id")
    .addOption(new Option("-l, --loglevel <level>", "the least level of the lines it writes").choices(LOG_LEVELS))
    .addOption(new Option("--log-format <format>", "by default pretty on a terminal").choices(["pretty", "json"]))
    .option("--lease <duration>", "how late a crash of this worker is noticed at the most, such as 30s")
    .option("--shutdown-timeout <duration>", "how long running tasks may take to finish when it stops")
    .action(async (_: unknown, command: Command) => {
      const flags = command.optsWithGlobals<WorkerFlags>();
      const app = await loadApp(context, flags);
      const level = flags.loglevel ?? app.settings.logLevel;
      await runWorker(app, {
        ...settingsOf(flags),
        log: consoleLogger({ level, ...(flags.logFormat && { format: flags.logFormat }) }),
        ready: (worker) => process.stderr.isTTY && level !== "silent" && context.tell(banner(worker)),
      });
    });
}

const count = wholeNumber('prefetch, where not "auto",');

function prefetch(text: string): number | "auto" {
  return text === "auto" ? text : count(text);
}

function settingsOf(flags: WorkerFlags) {
  const { queues, concurrency, prefetch, hostname, lease, shutdownTimeout } = flags;
  return {
    ...(queues && { queues: queues.split(",").map((name) => name.trim()).filter(Boolean) }),
    ...(concurrency !== undefined && { concurrency }),
    ...(prefetch !== undefined && { prefetch }),
    ...(hostname && { name: hostname }),
    ...(lease && { lease }),
    ...(shutdownTimeout && { shutdownTimeout }),
  };
}

/** What a starting worker shows. */
export function banner(worker: Worker): string {
  const { app, name, queues, settings } = worker;
  const tasks = app.tasks.all().map(({ definition }) => definition.name);
  return [
    "",
    `  umbel ${VERSION}  ${name}`,
    "",
    `  app          ${app.name}`,
    `  broker       ${app.places.broker}`,
    `  concurrency  ${settings.concurrency}`,
    `  queues       ${queues.join(", ")}`,
    `  tasks        ${tasks.length === 0 ? "none: does the module import them?" : tasks.join("\n               ")}`,
    "",
  ].join("\n");
}
