/** Checks the options of a task. @module */
import { type Duration, toMilliseconds } from "../base/duration.ts";
import { SERIALIZATION_POLICIES } from "../protocol/serialization_policy.ts";
import { isPriority, PRIORITY, type TaskDefinition } from "./definition.ts";
import type { TaskOptions } from "./options.ts";

/** Tells what the value of an option must be, when it is not that. `what` names it, where a check throws by itself. */
type Rule = (value: unknown, what: string) => string | undefined;

const free: Rule = () => undefined;
const duration: Rule = (value, what) => void toMilliseconds(value as Duration, what);
const oneOf = (...names: readonly unknown[]): Rule => (value) =>
  names.includes(value) ? undefined : names.map((name) => JSON.stringify(name)).join(" or ");

const RULES: Readonly<Record<keyof TaskOptions | "bind", Rule>> = {
  queue: free,
  priority: (value) => isPriority(value) ? undefined : PRIORITY,
  retries: (value) => Number(value) >= 0 ? undefined : "0 or more",
  retryOn: free,
  retryDelay: duration,
  retryDelayMax: duration,
  retryJitter: free,
  throws: free,
  ignoreResult: free,
  ack: oneOf("late", "early"),
  maxDeliveries: (value) => Number.isInteger(value) && Number(value) >= 1 ? undefined : "a whole number of at least 1",
  softTimeLimit: duration,
  timeLimit: duration,
  expires: duration,
  trackStarted: free,
  serialization: oneOf(...SERIALIZATION_POLICIES),
  description: free,
  bind: free,
};

/**
 * Checks the options of a task: where it is defined in an app, or where a contract comes to one.
 *
 * @throws {RangeError} naming the first that cannot be
 */
export function checkOptions({ name, options }: TaskDefinition): void {
  const rules = new Map<string, Rule>(Object.entries(RULES));
  for (const [key, value] of Object.entries(options)) {
    const rule = rules.get(key);
    if (rule && value === undefined) continue;
    const must = rule ? rule(value, `${key} of task ${name}`) : "left out: it is no option of a task";
    if (must === undefined) continue;
    const current = rule ? String(value) : "set";
    throw new RangeError(`Cannot define task ${name} as ${key} must be ${must}: current value is ${current}`);
  }
}
