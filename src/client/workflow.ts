/** Turns plans into letters, and letters into requests. @module */
import type { Effects, Letter } from "../broker.ts";
import { mergeOptions, toCallOptions } from "../canvas/options.ts";
import type { Plan, PlannedTask } from "../canvas/plan.ts";
import type { Encoded } from "../protocol/encoded.ts";
import { encodeMessage, type Message, type MessageHop } from "../protocol/message.ts";
import { BATCH, batchesOf } from "./batches.ts";
import { type Call, composeMessage, momentsOf, type Origin } from "./compose.ts";
import type { PublisherParams } from "./publisher.ts";

/** Where a plan comes from: the workflow and the task that sent it, or in whose place it stands. */
export interface Lineage {
  readonly root?: string | undefined;
  readonly flow?: string | undefined;
  readonly parent?: string | undefined;
  /** Headers that all its tasks have, where they have no others. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What the task in whose place it stands said of itself. */
  readonly end?: { readonly id: string; readonly parent?: string | undefined; readonly ignore?: boolean | undefined };
}

/** The lineage of a plan that is sent by itself, or by a running task. */
export function lineageOf(plan: Plan, origin: Origin | undefined): Lineage {
  if (origin === undefined) return { root: plan.root };
  return { root: origin.root, flow: plan.tasks.length > 1 ? plan.root : undefined, parent: origin.id };
}

/** The letters of a plan. */
export interface PlanLetters {
  readonly publish: readonly Letter[];
  readonly hold: readonly Letter[];
}

/** The letters of a plan: those that begin it, and those that are held until their turn. */
export async function lettersOf(plan: Plan, env: PublisherParams, lineage: Lineage): Promise<PlanLetters> {
  const letters = await Promise.all(plan.tasks.map((task) => letterOf(task, env, lineage)));
  const heads = new Set(plan.tasks.flatMap(({ id, head }) => head ? [id] : []));
  return { publish: letters.filter(({ id }) => heads.has(id)), hold: letters.filter(({ id }) => !heads.has(id)) };
}

async function letterOf(task: PlannedTask, env: PublisherParams, lineage: Lineage): Promise<Letter> {
  const { id, queue, priority, defaults } = task;
  const call: Call = {
    task: task.task,
    body: await bodyOf(task, env),
    taskOptions: defaults,
    options: toCallOptions(mergeOptions({ headers: lineage.headers }, task.options)),
  };
  const message = { ...composeMessage(id, call, env.defaults()), ...placeOf(task, lineage) };
  const text = encodeMessage(message);
  return { id, queue, priority, ...momentsOf(call), text };
}

function bodyOf({ id, tree, relay, defaults, options }: PlannedTask, env: PublisherParams): Encoded | Promise<Encoded> {
  const policy = options.serialization ?? defaults.serialization;
  if (tree) {
    const call = { args: tree.args ?? [], ...(tree.kwargs && { kwargs: tree.kwargs }) };
    return env.encoder.encode(call, { policy, owner: id });
  }
  return relay?.value === undefined ? {} : env.encoder.encode(relay.value, { owner: id });
}

/** What a message says of its place in the workflow. */
function placeOf(task: PlannedTask, { root, flow, parent: sender, end }: Lineage): Partial<Message> {
  const { id, tree, next, fail, gate, group, parent, head, relay } = task;
  return {
    root: root === id ? undefined : root,
    flow,
    parent: head ? sender : parent,
    group: gate?.id === group?.id ? undefined : group,
    next: next.length > 0 ? next.map(hopOf) : undefined,
    fail: fail.length > 0 ? fail.map(hopOf) : undefined,
    gate: gate && { id: gate.id, index: gate.index, hop: hopOf(gate.hop) },
    enter: task.enter || undefined,
    immutable: tree?.immutable || relay?.value !== undefined || undefined,
    relay: relay ? true : undefined,
    ...(end?.id === id && { parent: end.parent, ...(end.ignore && { ignore: true }) }),
  };
}

function hopOf({ id, queue, priority, keep }: MessageHop): MessageHop {
  return { id, queue, priority, ...(keep && { keep }) };
}

/**
 * The requests that send a workflow, in their order: held letters first, so that nothing that runs can miss what follows
 * it, then the gates with the first of those that begin. A request that is sent twice has no more effect than once.
 */
export function requestsOf({ publish, hold }: PlanLetters, rest: Pick<Effects, "gates" | "finish">): Effects[] {
  const holds = batchesOf(hold).map((batch) => ({ hold: batch }));
  const [first, ...more] = batchesOf(publish);
  if (first === undefined) return holds;
  const last = holds.at(-1);
  const fits = last !== undefined && last.hold.length + first.length <= BATCH;
  const begin = { ...(fits && last), publish: first, ...rest };
  return [...(fits ? holds.slice(0, -1) : holds), begin, ...more.map((batch) => ({ publish: batch }))];
}
