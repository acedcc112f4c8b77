/** The queues of the memory broker: letters that are ready, in the order they will be served, and letters that wait. @module */

import { SortedList } from "./sorted_list.ts";

/** A letter of the memory broker, wherever it stands. */
export interface MemoryLetter {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
  readonly text: string;
  readonly input?: string;
  readonly gate?: string;
  /** Not before then, since the Unix epoch; 0 for at once. */
  readonly due: number;
  /** Not after then, since the Unix epoch; Infinity for never. */
  readonly expires: number;
  /** How often it has been handed out. */
  deliveries: number;
  /** Its place among the ready ones: one that was given back keeps it, and so stands before all that came later. */
  order: number;
  state: "ready" | "delayed" | "active";
  /** The incarnation that holds it, while it is active. */
  owner?: string;
  /** A worker has said that it begins. */
  begun?: true;
}

/** One queue. */
export interface MemoryQueue {
  readonly name: string;
  readonly ready: SortedList<MemoryLetter>;
  readonly delayed: SortedList<MemoryLetter>;
  active: number;
  paused: boolean;
  /** When it was served last, in claims: the one that waited longest comes first. */
  served: number;
}

/** All queues, each made when it is first named. */
export class Queues {
  readonly #queues = new Map<string, MemoryQueue>();
  #order = 0;
  #claims = 0;

  /** The queue of that name. */
  get(name: string): MemoryQueue {
    const known = this.#queues.get(name);
    if (known) return known;
    const queue: MemoryQueue = {
      name,
      ready: new SortedList((a, b) => b.priority - a.priority || a.order - b.order),
      delayed: new SortedList((a, b) => a.due - b.due || a.order - b.order),
      active: 0,
      paused: false,
      served: 0,
    };
    this.#queues.set(name, queue);
    return queue;
  }

  /** Every queue, by name. */
  all(): readonly MemoryQueue[] {
    return [...this.#queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Puts a letter at the end of its queue, or where it waits for its time. */
  add(letter: MemoryLetter, now: number): void {
    letter.order = ++this.#order;
    letter.state = letter.due > now ? "delayed" : "ready";
    this.get(letter.queue)[letter.state].add(letter);
  }

  /** Puts an active letter back to its old place, before all that came after it. */
  giveBack(letter: MemoryLetter): void {
    const queue = this.get(letter.queue);
    queue.active--;
    letter.state = "ready";
    letter.owner = undefined;
    queue.ready.add(letter);
  }

  /** Takes a letter out of its queue, whatever its state. */
  remove(letter: MemoryLetter): void {
    const queue = this.get(letter.queue);
    if (letter.state === "active") queue.active--;
    else queue[letter.state].remove(letter);
  }

  /** Makes ready what has become due, in the order of the times; tells whether anything was. */
  promote(now: number): boolean {
    let any = false;
    for (const { ready, delayed } of this.#queues.values()) {
      for (let letter = delayed.first(); letter && letter.due <= now; letter = delayed.first()) {
        delayed.shift();
        letter.order = ++this.#order;
        letter.state = "ready";
        ready.add(letter);
        any = true;
      }
    }
    return any;
  }

  /** Takes up to `max` ready letters, the queue that waited longest first, so that none starves. */
  take(names: readonly string[], max: number): MemoryLetter[] {
    const taken: MemoryLetter[] = [];
    const queues = this.#open(names).sort((a, b) => a.served - b.served);
    for (const queue of queues) {
      while (taken.length < max) {
        const letter = queue.ready.shift();
        if (!letter) break;
        letter.state = "active";
        queue.active++;
        queue.served = ++this.#claims;
        taken.push(letter);
      }
    }
    return taken;
  }

  /** Whether one of these queues has a letter that may be handed out. */
  hasReady(names: readonly string[]): boolean {
    return this.#open(names).some((queue) => queue.ready.size > 0);
  }

  /** When the next letter of these queues becomes due. */
  nextDue(names: readonly string[]): number | undefined {
    const times = this.#open(names).flatMap((queue) => queue.delayed.first()?.due ?? []);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** The queues of these names that are not paused, each once. */
  #open(names: readonly string[]): MemoryQueue[] {
    return [...new Set(names)].map((name) => this.get(name)).filter((queue) => !queue.paused);
  }
}
