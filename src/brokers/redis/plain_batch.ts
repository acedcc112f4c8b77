/** A batch of letters that may run at once, as the script `publish` takes them. @module */
import type { Letter } from "../../broker.ts";
import { CallKeys } from "./call.ts";
import type { Keys } from "./keys.ts";
import { plainLetter } from "./letter_text.ts";
import type { Retention } from "./retention.ts";
import { bucketOf, shortUuid } from "./short_id.ts";

/** Letters of one bucket for one lane. */
interface Group {
  readonly queue: string;
  readonly priority: number;
  readonly letters: string[];
  readonly places: number[];
}

interface Bucket {
  readonly aged: boolean;
  readonly groups: Group[];
}

/** Groups letters by their buckets and lanes, so that each costs what one letter does. */
export class PlainBatch {
  readonly #buckets = new Map<string, Bucket>();
  readonly #keys: Keys;
  readonly #retention: Retention;
  #last: { bucket: string; group: Group } | undefined;
  #size = 0;
  /** How long the texts are together, in UTF-16 units. */
  length: number = 0;

  constructor(keys: Keys, retention: Retention) {
    this.#keys = keys;
    this.#retention = retention;
  }

  /** How many letters there are. */
  get size(): number {
    return this.#size;
  }

  /** The queues that letters go to. */
  get queues(): ReadonlySet<string> {
    return new Set([...this.#buckets.values()].flatMap(({ groups }) => groups.map(({ queue }) => queue)));
  }

  /** Adds a letter. */
  add(letter: Letter): void {
    const short = shortUuid(letter.id);
    const group = this.#groupOf(bucketOf(short), letter);
    const text = plainLetter(short, letter);
    group.letters.push(text);
    group.places.push(this.#size++);
    this.length += text.length;
  }

  #groupOf(bucket: string, { id, queue, priority }: Letter): Group {
    const last = this.#last;
    if (last && last.bucket === bucket && last.group.queue === queue && last.group.priority === priority) {
      return last.group;
    }
    let known = this.#buckets.get(bucket);
    if (!known) this.#buckets.set(bucket, known = { aged: this.#retention.isAged(id), groups: [] });
    let group = known.groups.find((it) => it.queue === queue && it.priority === priority);
    if (!group) known.groups.push(group = { queue, priority, letters: [], places: [] });
    this.#last = { bucket, group };
    return group;
  }

  /** The keys and arguments of the script; `unregistered` are the queues to be registered on the way. */
  call(limit: number | undefined, unregistered: ReadonlySet<string>): { keys: string[]; args: string[] } {
    const keys = new CallKeys();
    const [kept, queues] = [keys.place(this.#keys.kept), keys.place(this.#keys.queues)];
    const args = [limit === undefined ? "" : String(limit), kept, queues];
    for (const [bucket, { aged, groups }] of this.#buckets) {
      args.push(keys.place(this.#keys.marks(bucket)), aged ? "aged" : "", String(groups.length));
      for (const { queue, priority, letters } of groups) {
        const places = [keys.place(this.#keys.lane(queue, priority)), keys.place(this.#keys.idle(queue))];
        args.push(...places, unregistered.has(queue) ? queue : "", String(letters.length));
        for (const letter of letters) args.push(letter);
      }
    }
    return { keys: keys.list, args };
  }

  /** The queue of a lane, by its key. */
  queueOf(lane: string | undefined): string {
    const group = [...this.#buckets.values()].flatMap(({ groups }) => groups)
      .find(({ queue, priority }) => this.#keys.lane(queue, priority) === lane);
    return group?.queue ?? "";
  }

  /** Which letters were new, in the order in which they were added, of the places at which the script met duplicates. */
  statuses(duplicates: readonly number[]): ("created" | "duplicate")[] {
    const statuses = new Array<"created" | "duplicate">(this.#size).fill("created");
    if (duplicates.length === 0) return statuses;
    const order = [...this.#buckets.values()].flatMap(({ groups }) => groups.flatMap(({ places }) => places));
    for (const place of duplicates) statuses[order[place - 1] ?? 0] = "duplicate";
    return statuses;
  }
}
