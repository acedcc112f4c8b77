/** What follows the end of a run: letters that get its value, gates it arrives at, and all that its failure ends. @module */
import type { Effects } from "../broker.ts";
import { failureOf } from "../protocol/failure.ts";
import type { Encoded } from "../protocol/encoded.ts";
import type { Message } from "../protocol/message.ts";
import type { Wave } from "../protocol/wave.ts";
import { TaskRevoked } from "../task/control.ts";
import { type Edges, edgesOf, plainHop } from "./edges.ts";
import { FailureWalk, type ReadHeld } from "./failure_walk.ts";
import type { End, Run } from "./run.ts";

/** What an end does to the rest of its workflow; undefined where there is no rest, and a promise where it must be read. */
export function follow(run: Run, end: End, read: ReadHeld): Effects | undefined | Promise<Effects | undefined> {
  if (end.kind === "retried" || end.kind === "released" || end.kind === "replaced") return undefined;
  const { message, delivery: { gate } } = run;
  // A buried task may be revived: it needs what came to its gate once more.
  const close = gate !== undefined && end.kind !== "buried" ? [gate] : [];
  if (end.kind === "succeeded") return isBare(run) ? begun(message) : afterSuccess(message, end.value, close);
  const edges = edgesOfRun(run);
  const { next, fail } = edges;
  if (next.length === 0 && fail.length === 0 && !edges.gate) return close.length > 0 ? { close } : undefined;
  return afterFailure(run, end, edges, read, close);
}

/** Whether a relay got nothing to hand on: it stands where a workflow begins. */
function isBare({ message, delivery: { input, gate } }: Run): boolean {
  return message?.relay === true && !message.immutable && input === undefined && gate === undefined;
}

function begun(message: Message | undefined): Effects {
  return { send: message?.next?.map((hop) => ({ hop: plainHop(hop) })) };
}

function afterSuccess(message: Message | undefined, value: Encoded, close: readonly string[]): Effects | undefined {
  const { next = [], fail = [], gate } = message ?? {};
  if (next.length === 0 && fail.length === 0 && !gate && close.length === 0) return undefined;
  const { data, enc, flags, refs } = value;
  const text = JSON.stringify({ data, enc, flags, refs });
  return {
    send: next.map((hop) => ({ hop: plainHop(hop), input: text })),
    arrive: gate ? [{ gate: gate.id, index: gate.index, value: text, hop: plainHop(gate.hop) }] : [],
    drop: fail.flatMap(({ id, keep }) => keep ? [] : [id]),
    close,
  };
}

type FailedEnd = Exclude<End, { readonly kind: "succeeded" | "retried" | "released" | "replaced" }>;

async function afterFailure(
  run: Run,
  end: FailedEnd,
  edges: Edges,
  read: ReadHeld,
  close: readonly string[],
): Promise<Effects> {
  if (isForged(run)) return await fromForged(run.id, end, edges, read);
  const wave = waveOfEnd(end, { id: run.id, name: edges.task });
  const walk = new FailureWalk(read, wave);
  const effects = end.kind === "passed"
    ? await walk.fromRelay(run.id, edges, wave)
    : await walk.fromTask(run.id, edges);
  return { ...effects, close: [...close, ...effects.close ?? []] };
}

/** Whether the text of a run is not to be trusted: it is forged, or was sealed for another place or too long ago. */
function isForged({ delivery: { refused } }: Run): boolean {
  return refused !== undefined && !refused.trusted;
}

/** Nothing that such a text says comes into the results of others, and it calls no errbacks. */
function fromForged(id: string, end: FailedEnd, edges: Edges, read: ReadHeld): Promise<Effects> {
  const wave = waveOfEnd(end, { id, name: "a refused task" });
  return new FailureWalk(read, { ...wave, quiet: true }).fromForged(id, edges);
}

function waveOfEnd(end: FailedEnd, from: Wave["from"]): Wave {
  switch (end.kind) {
    case "passed":
      return end.wave;
    case "ignored":
      return { state: "IGNORED", from };
    case "revoked":
      return { state: "REVOKED", from, failure: { ...failureOf(new TaskRevoked(end.why)), task: from } };
    default:
      return { state: "FAILURE", from, failure: { ...failureOf(end.error), task: from } };
  }
}

function edgesOfRun({ message, delivery }: Run): Edges {
  if (message === undefined) return edgesOf(delivery.text);
  const { task, next = [], fail = [], gate, enter = 0, relay = false, root, flow, parent, group } = message;
  return { task, next, fail, gate, enter, relay, root, flow, parent, group };
}
