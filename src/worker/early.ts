/** What is left of an outcome whose delivery was settled before the run began: at most once. @module */
import type { Effects, Letter, Outcome } from "../broker.ts";
import { encodeMessage } from "../protocol/message.ts";
import type { Serializer } from "../serializer.ts";
import type { Run } from "./run.ts";

/** The effects of such an outcome: the result, and what follows; for a retry, another letter under the same id. */
export async function earlyEffects(run: Run, outcome: Outcome, serializer: Serializer): Promise<Effects> {
  if (outcome.kind === "released") return {};
  if (outcome.kind === "again") {
    const letter = await baked(run, outcome.letter, serializer);
    return { rehold: [letter], send: [{ hop: letter }] };
  }
  const { result, effects, delivery } = outcome;
  if (result === undefined) return effects ?? {};
  return { ...effects, finish: [...(effects?.finish ?? []), { id: delivery.id, result }] };
}

/**
 * A letter that brings its predecessor's value in its own arguments: the delivery that had it as its input is gone, and
 * its input with it.
 */
async function baked(run: Run, letter: Letter, serializer: Serializer): Promise<Letter> {
  const { message, call, delivery } = run;
  if (message === undefined || call === undefined) return letter;
  if (delivery.input === undefined && delivery.gate === undefined) return letter;
  const { data: _data, enc: _enc, flags: _flags, refs: _refs, ...frame } = message;
  const policy = run.task?.definition.options.serialization;
  const body = await serializer.encode(call, { policy, owner: run.id });
  return { ...letter, text: encodeMessage({ ...frame, ...body, attempt: run.attempt + 1, immutable: true }) };
}
