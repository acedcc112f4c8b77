/** What a memory broker remembers: the parts that its verbs work on. @module */

import type { Clock } from "../../base/clock.ts";
import type { DeadLetter, Letter, Moment } from "../../broker.ts";
import { Doorbell } from "./doorbell.ts";
import { Gates } from "./gates.ts";
import { Leases } from "./leases.ts";
import { type MemoryLetter, Queues } from "./queues.ts";
import { Results } from "./results.ts";

/** How a letter enters its queue: where a hop sends it, and what it brings. */
export interface Entry {
  readonly queue?: string;
  readonly priority?: number;
  readonly input?: string;
  readonly gate?: string;
  /** The expiry it keeps where the letter has none of its own, since the Unix epoch. */
  readonly expires?: number;
}

/** One store of letters and results; several brokers may share it, as several processes share a database. */
export class MemoryStore {
  readonly clock: Clock;
  readonly queues: Queues = new Queues();
  readonly leases: Leases = new Leases();
  readonly gates: Gates = new Gates();
  readonly bell: Doorbell = new Doorbell();
  readonly results: Results;
  /** Letters that wait or are in a worker's hands. */
  readonly letters: Map<string, MemoryLetter> = new Map();
  /** Letters that wait for a hop. */
  readonly held: Map<string, Letter> = new Map();
  /** Dead letters, the newest last. */
  readonly dead: Map<string, DeadLetter> = new Map();
  readonly revoked: Set<string> = new Set();

  constructor(clock: Clock, retention: number) {
    this.clock = clock;
    this.results = new Results(retention);
  }

  /** Whether a letter of that id would be a duplicate. */
  knows(id: string, now: number): boolean {
    return this.held.has(id) || this.hasLetter(id) || this.results.knows(id, now);
  }

  /** Whether a letter of that id waits, is in a worker's hands, or dead. */
  hasLetter(id: string): boolean {
    return this.letters.has(id) || this.dead.has(id);
  }

  /** Whether a letter of that id is held, waits, or is in a worker's hands. */
  isLive(id: string): boolean {
    return this.letters.has(id) || this.held.has(id);
  }

  /** Puts a letter into its queue. */
  enter(letter: Letter, now: number, entry: Entry): void {
    const { queue = letter.queue, priority = letter.priority, input, gate } = entry;
    const { id, text, due, expires } = letter;
    const stored: MemoryLetter = {
      ...{ id, queue, priority, text, input, gate, deliveries: 0, order: 0, state: "ready" },
      due: due ? timeOf(due, now) : 0,
      expires: expires ? timeOf(expires, now) : entry.expires ?? Infinity,
    };
    this.letters.set(id, stored);
    this.queues.add(stored, now);
    this.bell.ring();
  }

  /** Takes a letter out for good: from its queue or its worker's hands, with its mark. */
  remove(letter: MemoryLetter): void {
    this.leases.release(letter);
    this.queues.remove(letter);
    this.letters.delete(letter.id);
  }

  /** Puts letters that are in a worker's hands back to where they stood. */
  giveBack(letters: readonly MemoryLetter[]): void {
    for (const letter of letters) {
      this.leases.release(letter);
      this.queues.giveBack(letter);
    }
    if (letters.length > 0) this.bell.ring();
  }

  /** Lets time take effect: letters become due, leases end. */
  passTime(now: number): void {
    if (this.queues.promote(now)) this.bell.ring();
    this.giveBack(this.leases.endExpired(now));
  }
}

/** A moment in milliseconds since the Unix epoch. */
function timeOf(moment: Moment, now: number): number {
  return "in" in moment ? now + moment.in : moment.at;
}
