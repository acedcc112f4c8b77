/** The result record: what is known of a task once it has begun or ended, as JSON in one line. @module */
import { parseJson } from "../base/json.ts";
import { type Encoded, encodedFields } from "./encoded.ts";
import { type Failure, failureField } from "./failure.ts";
import { type FieldChecker, fieldChecker, list, record } from "./fields.ts";

/**
 * What has become of a task. `UNKNOWN`: never heard of, or forgotten; `QUEUED`: accepted, and not begun as far as is
 * known; the others as in Celery. A task may show a state of its own by `ctx.progress`.
 */
export type TaskState =
  | "UNKNOWN"
  | "QUEUED"
  | "STARTED"
  | "PROGRESS"
  | "RETRY"
  | "SUCCESS"
  | "FAILURE"
  | "REVOKED"
  | "IGNORED";

/** The states that a task stays in. */
export const FINAL_STATES: ReadonlySet<string> = new Set<TaskState>(["SUCCESS", "FAILURE", "REVOKED", "IGNORED"]);

/** What is known of a task; `data` is its value, or its progress. */
export interface ResultRecord extends Encoded {
  readonly state: string;
  readonly task?: string | undefined;
  readonly failure?: Failure | undefined;
  readonly worker?: string | undefined;
  readonly queue?: string | undefined;
  /** How many times it had been retried. */
  readonly attempt?: number | undefined;
  /** When the last run began and ended, in milliseconds since the Unix epoch by the worker's clock. */
  readonly started?: number | undefined;
  readonly ended?: number | undefined;
  readonly root?: string | undefined;
  /** The first task of the workflow it was sent with, where its root is that of another. */
  readonly flow?: string | undefined;
  readonly parent?: string | undefined;
  readonly group?: { readonly id: string; readonly index: number } | undefined;
  /** The tasks it set going. */
  readonly children?: readonly string[] | undefined;
}

const checkResult: FieldChecker<ResultRecord> = fieldChecker((kinds) => {
  const { text, number } = kinds;
  return {
    ...encodedFields(kinds),
    state: text,
    task: text,
    failure: failureField(),
    worker: text,
    queue: text,
    attempt: number,
    started: number,
    ended: number,
    root: text,
    flow: text,
    parent: text,
    group: record({ id: text, index: number }),
    children: list(text),
  };
}, ["state"]);

/** The text of a result record. */
export function encodeResult(record: ResultRecord): string {
  return JSON.stringify(record);
}

/**
 * The record of a stored text.
 *
 * @throws {TypeError} when the text is none
 */
export function decodeResult(id: string, text: string): ResultRecord {
  const raw = parseJson(text);
  if (checkResult(raw)) return raw;
  throw new TypeError(`Cannot read the result of ${id} as its record must be of the form of this version`);
}
