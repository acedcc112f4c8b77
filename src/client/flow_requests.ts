/**
 * The requests that send a workflow, in such an order that nothing of it happens before all of it is there.
 *
 * What fits into one request goes in one. Of a workflow that does not, everything is held first, and one last request
 * begins it: of many letters that begin it, it sends a relay that names them. So a sender that is lost on the way leaves
 * a workflow that never began; what is held of it is ended by a task that was sent ahead for this, see `unsent.ts`.
 *
 * @module
 */
import { deriver } from "../base/ids.ts";
import { groupBy } from "../base/group_by.ts";
import type { Effects, Letter, Room } from "../broker.ts";
import { RELAY } from "../protocol/built_in.ts";
import { encodeMessage } from "../protocol/message.ts";
import { BATCH, batchesOf } from "./batches.ts";
import type { PlanLetters } from "./workflow.ts";

/** How many letters a relay names. */
const SLICE = 500;

/** Requests that send a workflow. */
export interface FlowRequests {
  /** What is held until its turn; each request by itself changes nothing that anybody sees. */
  readonly holds: readonly Effects[];
  /** Begins it, with all gates. Absent where there is nothing to begin. */
  readonly begin: Effects | undefined;
  /** The room that what begins will need, to be asked for ahead of what is held; none where nothing goes ahead. */
  readonly room: readonly Room[];
  /** More letters that begin, of a group whose members nothing binds together. */
  readonly more: readonly Effects[];
  /** How many relays were made to begin it. */
  readonly relays: number;
}

/** What of a workflow its relays are made of. */
export interface Beginning {
  readonly seed: string;
  readonly root: string | undefined;
  readonly flow: string | undefined;
}

/** The id of the relay of this number that begins a workflow. */
export function relayIdOf(seed: string, index: number): string {
  return deriver(seed)(`begin ${index}`);
}

/** The requests that send a workflow. One that is sent twice has no more effect than once. */
export function requestsOf(
  { publish, hold }: PlanLetters,
  rest: Pick<Effects, "gates" | "finish">,
  beginning: Beginning,
): FlowRequests {
  const parts = batchesOf(publish);
  const isLoose = hold.length === 0 && !rest.gates?.length;
  if (parts.length > 1 && !isLoose) return behindRelays({ publish, hold }, rest, beginning);
  const [first, ...more] = parts;
  const holds = batchesOf(hold).map((batch) => ({ hold: batch }));
  if (first === undefined) return { holds, begin: undefined, room: [], more: [], relays: 0 };
  const begin = { publish: first, ...rest, ...(more.length > 0 && { room: roomFor(more.flat()) }) };
  const requests = joinedLast(holds, begin);
  return {
    ...requests,
    room: requests.holds.length > 0 ? roomFor(publish) : [],
    more: more.map((batch) => ({ publish: batch })),
    relays: 0,
  };
}

/** The room that letters need. */
function roomFor(letters: readonly Letter[]): Room[] {
  const now = Date.now();
  const isDelayed = ({ due }: Letter) => due !== undefined && ("in" in due ? due.in > 0 : due.at > now);
  const lanes = groupBy(letters, (letter) => `${letter.priority} ${isDelayed(letter)} ${letter.queue}`);
  return [...lanes.values()].flatMap((lane) => {
    const [first] = lane;
    if (first === undefined) return [];
    const { queue, priority } = first;
    return { queue, priority, count: lane.length, delayed: isDelayed(first) };
  });
}

/** The last of the holds goes with the request that begins, where it fits. */
function joinedLast(
  holds: readonly { readonly hold: readonly Letter[] }[],
  begin: Effects,
): Pick<FlowRequests, "holds" | "begin"> {
  const last = holds.at(-1);
  const fits = last !== undefined && last.hold.length + (begin.publish?.length ?? 0) <= BATCH;
  return { holds: fits ? holds.slice(0, -1) : holds, begin: fits ? { ...last, ...begin } : begin };
}

function behindRelays(
  { publish, hold }: PlanLetters,
  rest: Pick<Effects, "gates" | "finish">,
  { seed, root, flow }: Beginning,
): FlowRequests {
  const relays: Letter[] = [];
  let heads: readonly Letter[] = publish;
  let slices = slicesByQueue(publish);
  while (heads.length > 1) {
    heads = slices.map((slice) => {
      const id = relayIdOf(seed, relays.length);
      const next = slice.map(({ id, queue, priority }) => ({ id, queue, priority }));
      const { queue = "", priority = 0 } = slice[0] ?? {};
      const message = { v: 1 as const, id, task: RELAY, relay: true, next, root, flow };
      const relay = { id, queue, priority, text: encodeMessage(message) };
      relays.push(relay);
      return relay;
    });
    slices = slicesOf(heads);
  }
  const held = [...hold, ...publish, ...relays.filter((relay) => relay !== heads[0])];
  const holds = batchesOf(held).map((batch) => ({ hold: batch }));
  const requests = joinedLast(holds, { publish: heads, ...rest });
  return { ...requests, room: roomFor(publish), more: [], relays: relays.length };
}

function slicesOf(letters: readonly Letter[]): Letter[][] {
  const count = Math.ceil(letters.length / SLICE);
  return Array.from({ length: count }, (_, index) => letters.slice(index * SLICE, (index + 1) * SLICE));
}

/** Letters of one queue and priority each, so that no relay waits where what it names would not. */
function slicesByQueue(letters: readonly Letter[]): Letter[][] {
  return [...groupBy(letters, ({ queue, priority }) => `${priority} ${queue}`).values()].flatMap(slicesOf);
}
