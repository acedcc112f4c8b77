/** Composes a message and its letter from a call: ids, moments, options of the task and of the call. @module */
import { type Duration, toMilliseconds } from "../base/duration.ts";
import type { Letter, Moment } from "../broker.ts";
import type { MessageFrame, MessageLimits } from "../protocol/message.ts";
import { checkPriority } from "../task/definition.ts";
import type { SignatureDefaults } from "../protocol/signature.ts";
import { type CallOptions, timeOf } from "../canvas/options.ts";

/** What an app decides for all its messages. */
export interface ComposeDefaults {
  /** The queue of tasks that name none. */
  readonly queue: string;
  /** Who sends, for show. */
  readonly origin?: string | undefined;
  /** The queues that exist, where the app has declared them. */
  readonly queues?: readonly string[] | undefined;
}

/** The task within whose run a message is sent. */
export interface Origin {
  readonly id: string;
  readonly root: string;
  /** Is told what was sent. */
  sent(id: string): void;
}

/** What is known of a call before its arguments are encoded. */
export interface Framed {
  readonly task: string;
  readonly taskOptions: SignatureDefaults;
  readonly options: CallOptions;
  readonly parent?: Origin | undefined;
}

/** What the message of a call says beside its id and its arguments. */
export function frameOf(call: Framed, defaults: ComposeDefaults): MessageFrame {
  const { task, options, taskOptions, parent } = call;
  const due = dueOf(options);
  const eta = due && ("at" in due ? due.at : Date.now() + due.in);
  return {
    v: 1,
    task,
    // JSON has no Infinity: retries without end travel as the greatest safe integer.
    retries: options.retries && Math.min(options.retries, Number.MAX_SAFE_INTEGER),
    eta,
    limits: limitsOf(taskOptions, options),
    root: parent?.root,
    parent: parent?.id,
    ignore: (options.ignoreResult ?? taskOptions.ignoreResult) || undefined,
    headers: options.headers,
    origin: defaults.origin,
  };
}

function limitsOf(task: SignatureDefaults, call: CallOptions): MessageLimits | undefined {
  const soft = lengthOf(call.softTimeLimit ?? task.softTimeLimit, "softTimeLimit");
  const hard = lengthOf(call.timeLimit ?? task.timeLimit, "timeLimit");
  if (soft === undefined && hard === undefined) return undefined;
  if (soft === undefined || hard === undefined || soft <= hard) return { soft, hard };
  throw new RangeError("Cannot send a task as softTimeLimit must not be longer than timeLimit");
}

function lengthOf(duration: Duration | undefined, what: string): number | undefined {
  return duration === undefined ? undefined : toMilliseconds(duration, what);
}

/** Where a call goes: the queue, and the place in it. */
export function routeOf(call: Framed, defaults: ComposeDefaults): Pick<Letter, "queue" | "priority"> {
  const { options, taskOptions } = call;
  const queue = options.queue ?? taskOptions.queue ?? defaults.queue;
  checkQueue(queue, defaults.queues);
  const priority = options.priority ?? taskOptions.priority ?? 0;
  checkPriority(priority, `send ${call.task}`);
  return { queue, priority };
}

/** When a call may run: not before, and not after. */
export function momentsOf({ options, taskOptions }: Framed): Pick<Letter, "due" | "expires"> {
  const due = dueOf(options);
  const expires = expiryOf(options, taskOptions);
  return { ...(due && { due }), ...(expires && { expires }) };
}

const QUEUE = /^[A-Za-z0-9_][\w.:/-]{0,199}$/;

/**
 * Refuses a queue name that is none, or that the app has not declared.
 *
 * @throws {RangeError}
 */
export function checkQueue(queue: string, declared?: readonly string[]): void {
  if (typeof queue !== "string" || !QUEUE.test(queue)) {
    throw new RangeError(
      `Cannot use a queue as its name must be up to 200 letters, digits and . _ : / - only: current value is ${
        JSON.stringify(queue)
      }`,
    );
  }
  if (declared && !declared.includes(queue)) {
    throw new RangeError(
      `Cannot use queue ${queue} as it must be one of those the app declares: ${declared.join(", ")}`,
    );
  }
}

function dueOf(options: CallOptions): Moment | undefined {
  const { countdown, eta } = options;
  if (countdown !== undefined && eta !== undefined) {
    throw new TypeError("Cannot send a task as countdown and eta must not both be given: leave one out");
  }
  if (countdown !== undefined) return { in: toMilliseconds(countdown, "countdown") };
  return eta === undefined ? undefined : { at: timeOf(eta, "eta") };
}

function expiryOf(options: CallOptions, task: SignatureDefaults): Moment | undefined {
  const expires = options.expires ?? task.expires;
  if (expires === undefined) return undefined;
  return expires instanceof Date ? { at: timeOf(expires, "expires") } : { in: toMilliseconds(expires, "expires") };
}
