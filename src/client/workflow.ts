/** Turns plans into letters, and letters into requests. @module */
import type { Letter } from "../broker.ts";
import { mergeOptions, toCallOptions } from "../canvas/options.ts";
import type { Plan, PlannedTask } from "../canvas/plan.ts";
import type { Encoded } from "../protocol/encoded.ts";
import {
  type Message,
  type MessageFrame,
  type MessageHop,
  messageWriter,
  type WriteMessage,
} from "../protocol/message.ts";
import type { SerializationPolicy } from "../protocol/serialization_policy.ts";
import type { SignatureDefaults, SignatureOptions } from "../protocol/signature.ts";
import { type Framed, frameOf, momentsOf, type Origin } from "./compose.ts";
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
  const writer = new LetterWriter(env, lineage);
  const publish: Letter[] = [];
  const hold: Letter[] = [];
  for (const task of plan.tasks) {
    const letter = writer.write(task);
    (task.head ? publish : hold).push(letter instanceof Promise ? await letter : letter);
  }
  return { publish, hold };
}

/** What all tasks of one name with the same options have in common. */
interface Mould {
  readonly task: string;
  readonly head: boolean;
  readonly defaults: SignatureDefaults;
  readonly write: WriteMessage;
  readonly moments: Pick<Letter, "due" | "expires">;
  readonly policy: SerializationPolicy | undefined;
}

/** Writes the letters of a plan. */
class LetterWriter {
  readonly #env: PublisherParams;
  readonly #lineage: Lineage;
  readonly #moulds: Map<SignatureOptions, Mould[]> = new Map();

  constructor(env: PublisherParams, lineage: Lineage) {
    this.#env = env;
    this.#lineage = lineage;
  }

  /** The letter of a task; a promise only where its arguments have to wait. */
  write(task: PlannedTask): Letter | Promise<Letter> {
    const { id, queue, priority } = task;
    const { write, moments, policy } = this.#mouldOf(task);
    const letter = (body: Encoded) => ({
      id,
      queue,
      priority,
      ...moments,
      text: write(body, placeOf(task, this.#lineage)),
    });
    const body = this.#body(task, policy);
    return body instanceof Promise ? body.then(letter) : letter(body);
  }

  #mouldOf({ task, head, defaults, options }: PlannedTask): Mould {
    const known = this.#moulds.get(options) ?? [];
    const found = known.find((one) => one.task === task && one.head === head && one.defaults === defaults);
    if (found) return found;
    const { headers } = this.#lineage;
    const call = { task, taskOptions: defaults, options: toCallOptions(mergeOptions(headers && { headers }, options)) };
    const mould: Mould = {
      ...{ task, head, defaults, policy: options.serialization ?? defaults.serialization },
      write: messageWriter(this.#frameOf(call, head)),
      moments: momentsOf(call),
    };
    this.#moulds.set(options, [...known, mould]);
    return mould;
  }

  /** What the messages say in common. A task that waits for its turn has no time yet: it counts from then. */
  #frameOf(call: Framed, head: boolean): MessageFrame {
    const frame = frameOf(call, this.#env.defaults());
    return head || call.options.countdown === undefined ? frame : { ...frame, eta: undefined };
  }

  #body({ id, tree, relay }: PlannedTask, policy: SerializationPolicy | undefined): Encoded | Promise<Encoded> {
    const { encoder } = this.#env;
    if (!tree) return relay?.value === undefined ? {} : encoder.encode(relay.value, { owner: id });
    const { args = [], kwargs } = tree;
    return encoder.encode(kwargs ? { args, kwargs } : { args }, { policy, owner: id });
  }
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
