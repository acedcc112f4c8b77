/** The line that a worker writes when a task has ended. @module */
import { formatDuration } from "../base/duration.ts";
import type { Logger } from "../base/log.ts";
import type { End, Run } from "./run.ts";

/** Writes how a run ended; a failure the task expects is no alarm. Arguments and results are never written. */
export function logEnd(log: Logger, run: Run, end: End, now: number): void {
  const task = run.message?.task ?? "an unreadable message";
  const fields = { id: run.id, took: formatDuration(now - run.started), attempt: run.attempt || undefined };
  switch (end.kind) {
    case "succeeded":
      if (run.message?.relay) return log.debug(`${task} passed a result on`, fields);
      return log.info(`${task} succeeded`, fields);
    case "failed":
      return expected(run, end.error)
        ? log.info(`${task} failed as it may`, { ...fields, error: nameOf(end.error) })
        : log.error(`${task} failed`, { ...fields, error: end.error });
    case "buried":
      return log.error(`${task} failed and was put among the dead letters`, { ...fields, error: end.error });
    case "retried":
      return log.warn(`${task} will be tried again`, { ...fields, error: nameOf(end.error), due: end.due });
    case "revoked":
      return log.info(`${task} was not run: ${end.why}`, fields);
    case "ignored":
      return log.info(`${task} ended without a result`, fields);
    case "replaced":
      return log.info(`${task} was replaced by a workflow`, fields);
    case "passed":
      return log.debug(`${task} passed a failure on`, fields);
    case "released":
      return log.warn(`${task} was given back`, fields);
  }
}

function expected(run: Run, error: unknown): boolean {
  return run.task?.definition.options.throws?.some((cls) => error instanceof cls) ?? false;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
