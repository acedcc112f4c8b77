/** Ends all that waits in a queue, and all that waits for it elsewhere. @module */
import type { Umbel } from "../app/umbel.ts";
import { systemClock } from "../base/clock.ts";
import type { Broker, Effects, PeekedLetter, Withdrawal } from "../broker.ts";
import { failureOf } from "../protocol/failure.ts";
import { decodeMessage, placeInGroup } from "../protocol/message.ts";
import { encodeResult } from "../protocol/result.ts";
import { waveOf } from "../protocol/wave.ts";
import { parseJson } from "../base/json.ts";
import { TaskRevoked } from "../task/control.ts";
import { edgesOf } from "./edges.ts";
import { follow } from "./follow.ts";
import { HeldReader } from "./held_reader.ts";
import { Run } from "./run.ts";

/** What {@link purge} may be told. */
export interface PurgeOptions {
  /** Is told how many have ended so far, now and then. */
  readonly progress?: (ended: number) => void;
}

/** Letters that are looked at together: they are read whole. */
const SLICE = 100;

/** The text that one call names at most, in characters. */
const MOST_TEXT = 1_000_000;

/** One call ends about this many tasks at most, those that wait for others included. */
const MOST = 2_000;

/** So many slices in a row may be taken by workers before they are purged. */
const TRIES = 10;

/**
 * Ends all tasks that wait in a queue, due or not, as if they had been revoked, and tells how many. What runs goes on.
 *
 * Whoever waits for such a task gets `TaskRevoked`. Of a workflow all that was to come after it ends with it, in whatever
 * queue: later steps, the body of its chord. Errbacks that are called for it are not purged themselves.
 */
export async function purge<Queue extends string>(
  app: Umbel<Queue>,
  queue: string,
  { progress }: PurgeOptions = {},
): Promise<number> {
  const broker = await app.broker();
  const errbacks = new Set<string>();
  let ended = 0;
  for (let tries = 0; tries < TRIES;) {
    const letters = (await broker.peek(queue, SLICE + errbacks.size)).filter(({ id }) => !errbacks.has(id));
    if (letters.length === 0) break;
    const withdrawals = await withdrawalsOf(broker, letters);
    for (const id of withdrawals.flatMap(errbacksOf)) errbacks.add(id);
    const settlements = await broker.withdraw(queue, withdrawals);
    const settled = settlements.filter((it) => it === "settled").length;
    tries = settled > 0 ? 0 : tries + 1;
    ended += settled;
    if (settled > 0) progress?.(ended);
  }
  return ended;
}

/** What is sent because something else ends stays, except what hands that on: this does it itself. */
function errbacksOf({ effects: { send = [], hold = [] } = {} }: Withdrawal): readonly string[] {
  const relays = new Set(hold.map(({ id }) => id));
  return send.flatMap(({ hop: { id } }) => relays.has(id) ? [] : [id]);
}

/** The ends of these letters; of those that end the same tasks only the first one, for it may be lost. */
async function withdrawalsOf(broker: Broker, letters: readonly PeekedLetter[]): Promise<readonly Withdrawal[]> {
  const readers = new Map<string, HeldReader>();
  const ends = await Promise.all(letters.map((letter) => endOf(broker, letter, readers)));
  const dropped = new Set<string>();
  let length = 0;
  return ends.filter(({ version, effects: { drop = [] } = {} }) => {
    if (drop.some((id) => dropped.has(id)) || dropped.size > MOST || length > MOST_TEXT) return false;
    length += version?.length ?? 0;
    for (const id of drop) dropped.add(id);
    return true;
  });
}

async function endOf(broker: Broker, letter: PeekedLetter, readers: Map<string, HeldReader>): Promise<Withdrawal> {
  const { id, version, refused, text } = letter;
  // What nobody trusts says nothing of itself.
  const { task, root, flow, parent, ...edges } = edgesOf(refused && !refused.trusted ? "" : text);
  const first = flow ?? root ?? id;
  const reader = readers.get(first) ?? new HeldReader(broker, first);
  readers.set(first, reader);
  const failure = failureOf(new TaskRevoked("purged"));
  const group = placeInGroup(edges);
  return {
    ...{ id, version },
    result: encodeResult({ state: "REVOKED", failure, task, root, flow, parent, group }),
    effects: await effectsOf(letter, reader),
  };
}

/** All that ends with a letter. One that has a failure on its way passes that on. */
async function effectsOf(letter: PeekedLetter, reader: HeldReader): Promise<Effects | undefined> {
  const run = new Run({ ...letter, deliveries: 1 }, systemClock.now());
  const { refused } = letter;
  try {
    if (!refused || refused.trusted) run.message = decodeMessage(letter.id, letter.text);
  } catch {
    // Its edges are read with patience.
  }
  const wave = run.message?.relay && !refused && letter.input !== undefined
    ? waveOf(parseJson(letter.input))
    : undefined;
  return await follow(
    run,
    wave ? { kind: "passed", wave } : { kind: "revoked", why: "purged" },
    (ids) => reader.read(ids),
  );
}
