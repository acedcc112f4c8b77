/** The steps before and after a handler: read, guard, find, open, parse, check. Each is total: a failure is an end. @module */
import type { Broker } from "../broker.ts";
import type { Encoded } from "../protocol/encoded.ts";
import { DecodeError } from "../codecs/decode_error.ts";
import type { PathStep } from "../protocol/reference.ts";
import { decodeMessage } from "../protocol/message.ts";
import type { Holders, LazyPlaces, Serializer } from "../serializer.ts";
import { type CallValues, parseCall, parseResult } from "../task/arguments.ts";
import { NotRegistered, Retry, WorkerLost } from "../task/control.ts";
import { asksAt } from "../task/content_of_call.ts";
import type { RegisteredTask } from "../task/registry.ts";
import { isPlainObject, parseJson } from "../base/json.ts";
import { waveOf } from "../protocol/wave.ts";
import { contentFault } from "./content_fault.ts";
import { lostEnd, type Run } from "./run.ts";

/** What the steps work with. */
export interface StepEnv {
  /** Finds a task by its name. */
  readonly find: (name: string) => RegisteredTask | undefined;
  readonly serializer: Serializer;
  readonly broker: Broker;
  /** Messages are handed out this often before their task fails with `WorkerLost`, where it says nothing else. */
  readonly maxDeliveries: number;
}

/** A step: changes the run, or ends it. It may throw: the run ends as failed then. */
export type Step = (run: Run, env: StepEnv) => void | Promise<void>;

/** Reads the message; one that cannot be read, or is not to be trusted, is buried, not lost. */
export const read: Step = (run) => {
  const { refused } = run.delivery;
  if (refused) {
    run.end = { kind: "buried", error: refused.error, reason: refused.reason };
    if (!refused.trusted) return;
  }
  try {
    run.message = decodeMessage(run.id, run.delivery.text);
  } catch (error) {
    run.end ??= { kind: "buried", error, reason: "unreadable" };
  }
};

/** Ends what must not run: begun before and never to begin again, revoked, or expired. */
export const guard: Step = (run) => {
  const { delivery } = run;
  if (delivery.begun) run.end = lostEnd();
  else if (delivery.revoked) run.end = { kind: "revoked", why: "revoked" };
  else if (delivery.expired) run.end = { kind: "revoked", why: "expired" };
};

/** Ends a message without a handler: its value is what it gets, or the list of all that came to its gate. */
export const relay: Step = (run, env) => {
  const { message, delivery } = run;
  if (!message?.relay) return;
  const { data, enc, refs } = message;
  if (message.immutable) run.end = { kind: "succeeded", value: { data, enc, refs } };
  else if (delivery.gate !== undefined) return collect(run, env, delivery.gate);
  else return passOn(run, env, delivery.input ?? "{}");
};

async function collect(run: Run, env: StepEnv, gate: string): Promise<void> {
  const list = await listOf(gate, env, () => true);
  const value = await env.serializer.encode(list, { root: "result", ...holdersOf(run) });
  run.end = { kind: "succeeded", value };
}

async function passOn(run: Run, env: StepEnv, input: string): Promise<void> {
  const value = encodedOf(input);
  const wave = "failed" in value ? waveOf(value) : undefined;
  if (value.refs) await env.serializer.hold(value, holdersOf(run));
  run.end = wave ? { kind: "passed", wave } : { kind: "succeeded", value };
}

/** For whom the value of a task is kept: the task itself, and those that are to get it. */
function holdersOf({ id, message }: Run): Holders {
  const hops = [...message?.next ?? [], ...message?.gate ? [message.gate.hop] : []];
  return { owner: id, heirs: hops.map((hop) => hop.id) };
}

/** Finds the task; an unknown one is a failure that tells its name, and the message is kept. */
export const find: Step = (run, env) => {
  const name = run.message?.task ?? "";
  run.task = env.find(name);
  if (run.task === undefined) {
    const error = new NotRegistered(
      `Cannot run ${run.id} as its task ${name} must be registered in this worker: import its module where the app is defined`,
    );
    run.end = { kind: "buried", error, reason: "not registered" };
  } else endDeadly(run, run.task.definition.options.maxDeliveries ?? env.maxDeliveries);
};

function endDeadly(run: Run, allowed: number): void {
  const crashes = run.delivery.deliveries - 1;
  if (crashes < allowed) return;
  const error = new WorkerLost(
    `The task was handed out ${crashes} times and each time its worker was lost; maxDeliveries is ${allowed}`,
  );
  run.end = { kind: "buried", error, reason: "worker lost" };
}

/** What stands before the arguments of a call: what a predecessor sent. */
type Inputs = readonly unknown[];

/** Decodes the arguments, puts what a predecessor sent in front, and parses all by the contract. */
export const open: Step = (run, env) => {
  const { message } = run;
  if (message === undefined) return;
  const body = env.serializer.decode(message, { lazy: (at) => asks(run, at) });
  const inputs = () => message.immutable ? [] : inputsOf(run, env);
  if (body instanceof Promise) return openSlowly(run, Promise.all([body, Promise.resolve().then(inputs)]));
  const given = inputs();
  if (given instanceof Promise) return openSlowly(run, given.then((all): [unknown, Inputs] => [body, all]));
  return parse(run, callValues(body, given));
};

/** Opens what has to be fetched. A store that cannot be reached now may be later: the task is retried, not failed. */
async function openSlowly(run: Run, fetched: Promise<[body: unknown, inputs: Inputs]>): Promise<void> {
  const [body, inputs] = await fetched.catch((cause: unknown) => {
    throw contentFault(cause) === undefined ? new Retry({ cause }) : cause;
  });
  await parse(run, callValues(body, inputs));
}

/** What a predecessor sent: nothing, one value, or the list of all that came to a gate. */
function inputsOf(run: Run, env: StepEnv): Inputs | Promise<Inputs> {
  const { input, gate } = run.delivery;
  if (gate !== undefined) return listOf(gate, env, (at) => asks(run, ["args", 0, ...at])).then((list) => [list]);
  if (input === undefined) return [];
  const value = env.serializer.decode(encodedOf(input), { lazy: (at) => asks(run, ["args", 0, ...at]) });
  return value instanceof Promise ? value.then((one: unknown) => [one]) : [value];
}

/** All that came to a gate; `lazy` says where in it handles are wanted. */
async function listOf(gate: string, env: StepEnv, lazy: LazyPlaces): Promise<unknown[]> {
  const arrived = await env.broker.arrivals(gate);
  return await Promise.all(
    arrived.map((text, index) => env.serializer.decode(encodedOf(text), { lazy: (at) => lazy([index, ...at]) })),
  );
}

/** Whether the contract of a run's task asks for content at a place. */
function asks({ task }: Run, at: readonly PathStep[]): boolean {
  return task !== undefined && asksAt(task.definition, at);
}

function encodedOf(text: string): Encoded {
  const parsed = parseJson(text);
  if (isPlainObject(parsed)) return parsed;
  throw new DecodeError("Cannot read what a predecessor sent as it must be a JSON object");
}

function callValues(body: unknown, inputs: Inputs): CallValues {
  if (!isPlainObject(body)) throw new TypeError("Cannot read arguments as the body of the message must be an object");
  const { args = [], kwargs } = body;
  if (!Array.isArray(args)) throw new TypeError("Cannot read arguments as args must be an array");
  return { args: [...inputs, ...args], kwargs: isPlainObject(kwargs) ? kwargs : undefined };
}

function parse(run: Run, values: CallValues): void | Promise<void> {
  const definition = run.task?.definition;
  if (definition === undefined) return;
  const parsed = parseCall(definition, values, "run");
  if (!(parsed instanceof Promise)) take(run, parsed as unknown[]);
  else return parsed.then((all) => take(run, all));
}

function take(run: Run, values: readonly unknown[]): void {
  run.values = values;
  const { task } = run;
  const options = task?.optionsFor?.(values);
  if (task && options) run.task = { ...task, definition: { ...task.definition, options } };
}

/** Checks what the handler gave by the contract, and encodes it. */
export const check: Step = (run, env) => {
  const definition = run.task?.definition;
  if (definition === undefined) return;
  const result = parseResult(definition, run.returned);
  if (result instanceof Promise) return result.then((value) => encode(run, env, value));
  return encode(run, env, result);
};

function encode(run: Run, env: StepEnv, value: unknown): void | Promise<void> {
  const policy = run.task?.definition.options.serialization;
  const encoded = env.serializer.encode(value, { root: "result", policy, ...holdersOf(run) });
  const finish = (value: Encoded) => {
    run.end = { kind: "succeeded", value };
  };
  return encoded instanceof Promise ? encoded.then(finish) : finish(encoded);
}
