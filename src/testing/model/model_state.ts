/** The simple model that a broker is compared with: what has been asked of it, and what must therefore be true. @module */

import type { Effects, Hop, Letter, Outcome, StoredResult } from "../../broker.ts";
import { isDue, type ModelLetter, type Place, type Span } from "./model_letter.ts";

/** A gate of the model. */
export interface ModelGate {
  size: number;
  open: boolean;
  readonly arrivals: Map<number, string>;
}

/** Everything the model believes. */
export class ModelState {
  readonly letters: Map<string, ModelLetter> = new Map();
  readonly gates: Map<string, ModelGate> = new Map();
  readonly results: Map<string, StoredResult> = new Map();
  readonly paused: Set<string> = new Set();
  /** When the lease of each incarnation ends. */
  readonly leases: Map<string, Span> = new Map();
  /** How many letters have entered a queue: the order of their entering. */
  #tick = 0;

  /** The letters in some places, of one queue or of all. */
  at(places: readonly Place[], queue?: string): ModelLetter[] {
    return [...this.letters.values()].filter((it) => places.includes(it.place) && (!queue || it.queue === queue));
  }

  /** Whether a letter of that id would be a duplicate. */
  knows(id: string): boolean {
    return this.letters.has(id) || this.results.get(id)?.kind === "final";
  }

  /** What should be read of an id. */
  resultOf(id: string): StoredResult | null {
    return this.results.get(id) ?? (this.letters.has(id) ? { kind: "queued" } : null);
  }

  /** Takes in what a publish carries; tells which letters are new. */
  publish(effects: Effects, now: Span): readonly ("created" | "duplicate")[] {
    const answers = (effects.publish ?? []).map((letter) => this.#take(letter, "waiting", now));
    if (answers.length === 0 || answers.includes("created")) this.#rest(effects, now);
    return answers;
  }

  /** Lets an outcome take effect. */
  settle(it: ModelLetter, outcome: Outcome, now: Span): void {
    if (outcome.kind === "begun") return void (it.begun = true);
    it.owner = undefined;
    if (outcome.kind === "released") return this.giveBack(it, { counted: false });
    if (outcome.kind === "again") {
      if (outcome.note !== undefined) this.note(it.id, outcome.note);
      const { expires } = it;
      it.letter = outcome.letter;
      this.#enter(it, outcome.letter, now);
      it.expires ??= expires;
      return;
    }
    it.place = outcome.kind === "buried" ? "dead" : "over";
    it.revoked = false;
    it.ended = true;
    if (outcome.result !== undefined) this.finish(it.id, outcome.result);
    if (outcome.effects) {
      effectsOf(outcome.effects.publish).forEach((letter) => this.#take(letter, "waiting", now));
      this.#rest(outcome.effects, now);
    }
  }

  /** What time does: letters that are not due become ready later than all before, and leases end. */
  passTime(now: Span): void {
    for (const it of this.at(["waiting"])) {
      if (!isDue(it, now).maybe) it.readyFrom = this.#tick + 0.5;
    }
    for (const it of this.at(["active"])) {
      const lease = this.leases.get(it.owner ?? "");
      if (lease && lease.late <= now.early) it.place = "limbo";
    }
  }

  /** What a claim does to letters that have become due: they have their place in the order from now on. */
  noticeDue(letters: readonly ModelLetter[], now: Span): void {
    for (const it of letters) {
      if (it.place === "limbo") it.front = true;
      if (isDue(it, now).surely) it.readyTo = Math.min(it.readyTo, this.#tick + 0.5);
    }
  }

  /** Puts a letter back to the front of its queue, with its delivery counted or not. */
  giveBack(it: ModelLetter, { counted }: { readonly counted: boolean } = { counted: true }): void {
    if (!counted) it.deliveries--;
    it.place = "waiting";
    it.owner = undefined;
    it.due = undefined;
    it.front = true;
  }

  /** Puts a dead letter back to the end of its queue. */
  revive(it: ModelLetter, now: Span): void {
    this.results.delete(it.id);
    it.ended = false;
    it.letter = { ...it.letter, due: undefined, expires: undefined };
    this.#enter(it, it, now);
  }

  /** Writes a note on what is not over. */
  note(id: string, text: string): void {
    if (this.results.get(id)?.kind !== "final") this.results.set(id, { kind: "note", text });
  }

  /** Writes the first final result. */
  finish(id: string, text: string): void {
    if (this.results.get(id)?.kind !== "final") this.results.set(id, { kind: "final", text });
  }

  /** Forgets all about an id. */
  forget(id: string): void {
    this.letters.delete(id);
    this.results.delete(id);
  }

  #take(letter: Letter, place: "waiting" | "held", now: Span): "created" | "duplicate" {
    if (this.knows(letter.id)) return "duplicate";
    const { id, queue, priority } = letter;
    const marks = {
      deliveries: 0,
      revoked: false,
      begun: false,
      ended: false,
      front: false,
      readyFrom: 0,
      readyTo: Infinity,
    };
    const it: ModelLetter = { id, letter, queue, priority, place, ...marks };
    this.letters.set(id, it);
    if (place === "waiting") this.#enter(it, letter, now);
    return "created";
  }

  /** Puts a letter to the end of a queue, or where it waits for its time. */
  #enter(it: ModelLetter, { queue, priority }: Omit<Hop, "id">, now: Span): void {
    const { due, expires } = it.letter;
    it.due = later(due, now);
    it.expires = later(expires, now);
    Object.assign(it, { place: "waiting", queue, priority, deliveries: 0, begun: false, front: false });
    it.readyFrom = ++this.#tick;
    it.readyTo = it.due ? Infinity : this.#tick;
  }

  #rest(effects: Effects, now: Span): void {
    effectsOf(effects.hold).forEach((letter) => this.#take(letter, "held", now));
    effectsOf(effects.rehold).forEach((letter) => this.#rehold(letter, now));
    for (const { id, size, grows } of effectsOf(effects.gates)) {
      if (grows && !this.gates.has(id)) continue;
      const gate = this.gates.get(id) ?? { size: 0, open: false, arrivals: new Map() };
      this.gates.set(id, gate);
      if (!gate.open) gate.size += size;
    }
    effectsOf(effects.send).forEach(({ hop, input }) => this.#send(hop, { input }, now));
    for (const { gate: id, index, value, hop } of effectsOf(effects.arrive)) {
      const gate = this.gates.get(id);
      if (!gate || gate.open || gate.arrivals.has(index)) continue;
      gate.arrivals.set(index, value);
      gate.open = gate.arrivals.size >= gate.size;
      if (gate.open) this.#send(hop, { gate: id }, now);
    }
    effectsOf(effects.finish).forEach(({ id, result }) => this.finish(id, result));
    effectsOf(effects.drop).forEach((id) => this.#drop(id));
    effectsOf(effects.close).forEach((id) => this.gates.delete(id));
  }

  /** Keeps a letter under an id that is known: one that is held, or whose task ended without a result. */
  #rehold(letter: Letter, now: Span): void {
    const it = this.letters.get(letter.id);
    if (!it || this.results.get(it.id)?.kind === "final" || !["held", "over"].includes(it.place)) return;
    const { revoked, ended } = it;
    this.letters.delete(it.id);
    this.#take(letter, "held", now);
    Object.assign(this.letters.get(it.id) ?? {}, { revoked, ended });
  }

  /** Lets go of a held letter; what ended under its id before is known all the same. */
  #drop(id: string): void {
    const it = this.letters.get(id);
    if (it?.place !== "held") return;
    if (it.ended) Object.assign(it, { place: "over", revoked: false });
    else this.letters.delete(id);
  }

  #send(hop: Hop, { input, gate }: { readonly input?: string; readonly gate?: string }, now: Span): void {
    const it = this.letters.get(hop.id);
    if (it?.place !== "held") return;
    Object.assign(it, { input, gate });
    this.#enter(it, hop, now);
  }
}

function effectsOf<T>(list: readonly T[] | undefined): readonly T[] {
  return list ?? [];
}

/** When a moment of the model lies; the model only uses those that count from now. */
function later(moment: Letter["due"], now: Span): Span | undefined {
  if (!moment || !("in" in moment)) return undefined;
  return { early: now.early + moment.in, late: now.late + moment.in };
}
