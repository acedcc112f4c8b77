/** What a broker is told of the end of a run: the outcome, with the result record and what follows. @module */
import type { Effects, Outcome } from "../broker.ts";
import { failureOf } from "../protocol/failure.ts";
import { RELAY } from "../protocol/built_in.ts";
import { encodeMessage, placeInGroup } from "../protocol/message.ts";
import { encodeResult, type ResultRecord } from "../protocol/result.ts";
import { TaskRevoked } from "../task/control.ts";
import type { End, Run } from "./run.ts";

/** What of a worker stands in a result. */
export interface Reporter {
  /** The worker's name. */
  readonly name: string;
  readonly now: () => number;
}

/** The outcome of a run that has ended. */
export function outcomeOf(run: Run, end: End, reporter: Reporter, effects?: Effects): Outcome {
  const { id, deliveries } = run.delivery;
  const delivery = { id, deliveries };
  switch (end.kind) {
    case "released":
      return { kind: "released", delivery };
    case "retried":
      return again(run, end, reporter);
    case "replaced":
      return { kind: "done", delivery, effects };
    case "buried":
      return { kind: "buried", delivery, reason: end.reason, result: resultOf(run, end, reporter), effects };
    default:
      return { kind: "done", delivery, result: resultOf(run, end, reporter), effects };
  }
}

/** The text of the final result record; undefined where the caller wants none. A failure is kept even then. */
export function resultOf(run: Run, end: End, reporter: Reporter): string | undefined {
  if (run.message?.task === RELAY) {
    return encodeResult({
      state: end.kind === "succeeded" ? "SUCCESS" : "FAILURE",
      task: RELAY,
      children: childrenOf(run),
    });
  }
  if (run.message?.ignore && (end.kind === "succeeded" || end.kind === "ignored")) {
    return encodeResult({ state: "IGNORED" });
  }
  return encodeResult({ ...stateOf(end), ...factsOf(run, reporter) });
}

function stateOf(end: End): Pick<ResultRecord, "state" | "data" | "enc" | "flags" | "refs" | "failure"> {
  switch (end.kind) {
    case "succeeded":
      return { state: "SUCCESS", ...end.value };
    case "ignored":
      return { state: "IGNORED" };
    case "revoked":
      return { state: "REVOKED", failure: failureOf(new TaskRevoked(end.why)) };
    case "retried":
      return { state: "RETRY", failure: failureOf(end.error) };
    case "released":
    case "replaced":
      return { state: "QUEUED" };
    case "passed":
      return { state: end.wave.state, failure: end.wave.failure };
    default:
      return { state: "FAILURE", failure: failureOf(end.error) };
  }
}

function factsOf(run: Run, reporter: Reporter): Partial<ResultRecord> {
  const { message } = run;
  return {
    task: message?.task,
    worker: reporter.name,
    attempt: run.attempt || undefined,
    started: run.started,
    ended: reporter.now(),
    root: message?.root,
    flow: message?.flow,
    parent: message?.parent,
    group: message && placeInGroup(message),
    children: childrenOf(run),
  };
}

/** The tasks that a run has set going: those that it sent, and those that get its value. */
function childrenOf({ children, message, end }: Run): readonly string[] | undefined {
  const next = end?.kind === "succeeded" ? message?.next ?? [] : [];
  const all = [...children, ...next.map(({ id }) => id)];
  return all.length > 0 ? all : undefined;
}

function again(run: Run, end: End & { kind: "retried" }, reporter: Reporter): Outcome {
  const { id, deliveries, queue, priority, text } = run.delivery;
  const letter = {
    id,
    queue,
    priority,
    due: end.due,
    text: run.message === undefined ? text : encodeMessage({ ...run.message, attempt: run.attempt + 1 }),
  };
  const note = encodeResult({ ...stateOf(end), ...factsOf(run, reporter) });
  return { kind: "again", delivery: { id, deliveries }, letter, note };
}
