/**
 * Follows a failure: fails all that waits for a task that ended without a value, so that nobody waits for ever.
 *
 * It reads the letters that follow, level by level, and gives effects that take place together with the end of the task:
 * results of tasks that will never run, letters to drop, gates to close, errbacks to send. Two members of one chord may
 * fail at once: both find the same body, and all effects are such that the second time changes nothing.
 *
 * @module
 */
import { groupBy } from "../base/group_by.ts";
import { deriveId, isId, slotOf } from "../base/ids.ts";
import type { Effects, Letter } from "../broker.ts";
import { RELAY } from "../protocol/built_in.ts";
import { encodeMessage, type MessageHop, placeInGroup } from "../protocol/message.ts";
import { encodeResult } from "../protocol/result.ts";
import { encodeWave, type Wave } from "../protocol/wave.ts";
import { type Edges, edgesOf, plainHop } from "./edges.ts";
import { bodyWave, failureFor, withoutStack } from "./waves.ts";

/** Reads letters that are held, null for one that is not. */
export type ReadHeld = (ids: readonly string[]) => Promise<readonly (string | null)[]>;

/** One settlement ends about this many tasks at most; relays that are sent on their way end the others. */
const MOST = 1_000;

/** How many letters a relay names. */
const SLICE = 500;

/**
 * How a failure comes to a letter: to a later step, to the body of a chord that failed, whose errbacks are called, or to a
 * step behind such a body.
 */
type Way = "step" | "body" | "behind";

/** A letter that a failure has come to. */
interface Arrived {
  readonly hop: MessageHop;
  readonly way: Way;
  /** How many chords the failure has entered from outside. */
  readonly depth: number;
  /** The gate that it came through, as a text said that nobody trusts: closed if the letter says that it stands there. */
  readonly gate?: string | undefined;
}

/** The walk of one failure. */
export class FailureWalk {
  readonly #read: ReadHeld;
  readonly #waves: Readonly<Record<Way, Wave>>;
  readonly #seen: Set<string> = new Set();
  readonly #finish: { readonly id: string; readonly result: string }[] = [];
  readonly #drop: string[] = [];
  readonly #close: string[] = [];
  readonly #send: { readonly hop: MessageHop; readonly input: string }[] = [];
  readonly #hold: Letter[] = [];
  #left: Arrived[] = [];

  constructor(read: ReadHeld, wave: Wave) {
    const body = bodyWave(wave);
    this.#read = read;
    this.#waves = { step: { ...wave, body: false }, body, behind: { ...body, body: false } };
  }

  /** The effects of the end of a task that has failed, on itself and all that follows. */
  async fromTask(id: string, edges: Edges): Promise<Effects> {
    if (this.#waves.step.state === "FAILURE") this.#callErrbacks(id, edges, "step");
    else this.#dropErrbacks(edges);
    this.#leave(edges, "step", 0);
    return await this.#walk(id);
  }

  /** The effects of a wave that a relay was sent, on all that it names. */
  async fromRelay(id: string, edges: Edges, wave: Wave): Promise<Effects> {
    this.#leave(edges, wave.body ? "body" : "step", wave.depth ?? 0);
    return await this.#walk(id);
  }

  /**
   * The effects of the end of a task whose text nobody trusts: whoever wrote it may name what he likes. So it sends nothing,
   * errbacks that it names end as later steps do, and only what is held by itself to be genuine is ended.
   */
  async fromForged(id: string, { next, fail, gate }: Edges): Promise<Effects> {
    const isNear = (hop: MessageHop) => isId(id) && isId(hop.id) && slotOf(hop.id) === slotOf(id);
    const named = [...next, ...fail.filter(({ keep }) => !keep)].filter(isNear).slice(0, SLICE);
    for (const hop of named) this.#goTo({ hop, way: "step", depth: 0 });
    if (gate && isNear(gate.hop)) this.#goTo({ hop: gate.hop, way: "body", depth: 0, gate: gate.id });
    return await this.#walk(id);
  }

  async #walk(id: string): Promise<Effects> {
    while (this.#left.length > 0 && this.#finish.length < MOST) await this.#level();
    this.#handOver(id);
    return {
      hold: this.#hold,
      send: this.#send.map(({ hop, input }) => ({ hop: plainHop(hop), input })),
      finish: this.#finish,
      drop: this.#drop,
      close: this.#close,
    };
  }

  /** Reads the letters that were come to, and goes on to those that follow them. */
  async #level(): Promise<void> {
    const level = this.#left;
    this.#left = [];
    const texts = await this.#read(level.map(({ hop }) => hop.id));
    for (const [index, { hop, way, depth, gate }] of level.entries()) {
      const text = texts[index];
      if (typeof text !== "string") continue;
      const edges = edgesOf(text);
      if (gate !== undefined && edges.parent === gate) this.#close.push(gate);
      this.#end(hop.id, edges, way, depth);
    }
  }

  /** Ends a task that will never run. */
  #end(id: string, edges: Edges, way: Way, depth: number): void {
    const within = depth + edges.enter;
    this.#drop.push(id);
    if (way === "body") this.#callErrbacks(id, edges, way);
    else this.#dropErrbacks(edges);
    if (edges.task === RELAY) return this.#leave(edges, way, within);
    this.#finish.push({ id, result: this.#resultOf(edges, way) });
    this.#leave(edges, way === "step" ? "step" : "behind", within);
  }

  /** Goes on to what follows. A gate that was not entered from outside leads to the body of a chord that failed. */
  #leave({ next, gate }: Edges, way: Way, depth: number): void {
    for (const hop of next) this.#goTo({ hop, way, depth });
    if (gate === undefined) return;
    this.#close.push(gate.id);
    this.#goTo(depth > 0 ? { hop: gate.hop, way, depth: depth - 1 } : { hop: gate.hop, way: "body", depth });
  }

  #goTo(arrived: Arrived): void {
    if (this.#seen.has(arrived.hop.id)) return;
    this.#seen.add(arrived.hop.id);
    this.#left.push(arrived);
  }

  /** Sends the failure to the errbacks of a task; one that is sent twice is sent once. */
  #callErrbacks(id: string, edges: Edges, way: Way): void {
    const { fail, task } = edges;
    const wave = this.#waves[way];
    if (wave.quiet) return this.#dropErrbacks(edges);
    const input = JSON.stringify({ data: failureFor(wave, task === RELAY ? wave.from : { id, name: task }) });
    for (const hop of fail) this.#send.push({ hop, input });
  }

  /** Errbacks that others may call are dropped by the last of those. */
  #dropErrbacks({ fail }: Edges): void {
    for (const { id, keep } of fail) if (!keep) this.#drop.push(id);
  }

  #resultOf(edges: Edges, way: Way): string {
    const { task, root, flow, parent, next, gate } = edges;
    const group = placeInGroup(edges);
    const { state, failure } = this.#waves[way];
    const isLast = next.length === 0 && gate === undefined;
    return encodeResult({ state, failure: isLast ? failure : withoutStack(failure), task, root, flow, parent, group });
  }

  /** What is too much for one settlement goes on its way in relays. */
  #handOver(id: string): void {
    const ways = groupBy(this.#left, ({ way, depth }) => `${way} ${depth}`);
    for (const [label, arrived] of ways) {
      for (let from = 0; from < arrived.length; from += SLICE) {
        this.#sendRelay(deriveId(id, `${label} ${from}`), arrived.slice(from, from + SLICE));
      }
    }
  }

  #sendRelay(id: string, arrived: readonly Arrived[]): void {
    const [first] = arrived;
    if (first === undefined) return;
    const { way, depth, hop: { queue, priority } } = first;
    const next = arrived.map(({ hop }) => hop);
    this.#hold.push({ id, queue, priority, text: encodeMessage({ v: 1, id, task: RELAY, relay: true, next }) });
    this.#send.push({ hop: { id, queue, priority }, input: encodeWave({ ...this.#waves[way], depth }) });
  }
}
