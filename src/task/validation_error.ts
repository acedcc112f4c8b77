/** The error of a value that does not fit a contract, and how it tells of it without showing the value. @module */
import type { $ZodIssue } from "zod/v4/core";
import { formatPath } from "../base/path.ts";

/** One thing that is wrong with a value. */
export interface Problem {
  /** Where, such as `args[0].user.email`. */
  readonly path: string;
  /** What the schema wanted. */
  readonly expected: string;
  /** What kind of value stands there: a type, never the value. */
  readonly received: string;
}

/** A call or a result that does not fit its contract. Thrown where the mistake was made: at `delay`, before anything is sent. */
export class ValidationError extends TypeError {
  override readonly name: string = "ValidationError";
  /** The task whose contract it is. */
  readonly task: string;
  readonly problems: readonly Problem[];

  constructor(action: string, task: string, problems: readonly Problem[]) {
    const told = problems.map((p) => `${p.path} must be ${p.expected}: current value is ${p.received}`).join("; ");
    super(`Cannot ${action} ${task} as ${told}`);
    this.task = task;
    this.problems = problems;
  }
}

/** The problems of a value, from the issues of its schema. */
export function problemsOf(issues: readonly $ZodIssue[], root: string, value: unknown): Problem[] {
  return issues.map((issue) => ({
    path: formatPath(root, issue.path.map((key) => typeof key === "symbol" ? String(key) : key)),
    expected: expectation(issue),
    received: kindOf(at(value, issue.path)),
  }));
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value;
  for (const key of path) {
    if (here instanceof Map) here = here.get(key);
    else if (typeof here === "object" && here !== null) here = Reflect.get(here, key);
    else return undefined;
  }
  return here;
}

/** What kind of value it is, in a word or two; sizes are told, contents are not. */
export function kindOf(value: unknown): string {
  if (typeof value === "string") return `a string of ${value.length} characters`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))) {
    return String(value);
  }
  if (typeof value !== "object") return `a ${typeof value}`;
  const name: unknown = value.constructor?.name;
  return name === "Object" || typeof name !== "string" ? "an object" : `an instance of ${name}`;
}

function expectation(issue: $ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return article(issue.expected);
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unitOf(issue.origin)}`;
    case "invalid_format":
      return `a text in the format ${issue.format}`;
    case "unrecognized_keys":
      return `without the keys ${listed(issue.keys)}`;
    case "invalid_value":
      return `one of ${listed(issue.values)}`;
    default:
      return `as its schema says${issue.message ? ` (${issue.message})` : ""}`;
  }
}

function listed(values: readonly unknown[]): string {
  return values.map((value) => typeof value === "string" ? JSON.stringify(value) : String(value)).join(", ");
}

function article(type: string): string {
  return /^(undefined|null)$/.test(type) ? type : `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters long";
  return /^(array|set|map)$/.test(origin) ? " elements" : "";
}
