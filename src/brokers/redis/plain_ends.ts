/**
 * The ends of tasks that are done, and what most of them do besides: they send a letter on, or arrive at a gate.
 *
 * Nearly all outcomes are such. They travel in columns, not as a program, and have scripts of their own.
 *
 * @module
 */
import { groupBy } from "../../base/group_by.ts";
import type { Effects, Hop } from "../../broker.ts";
import { CallKeys } from "./call.ts";
import type { CallPart } from "./claiming.ts";
import { type Ending, markOf, type ScriptCall, type SettleContext } from "./ending.ts";
import type { Keys } from "./keys.ts";
import { turn, turnSteps } from "./scripts.gen.ts";
import { bucketOf, shortUuid } from "./short_id.ts";

/** What a task that is done may do besides. */
type Steps = Pick<Effects, "send" | "arrive" | "close">;

/** Whether outcomes are such ends, all of them. */
export function arePlainEnds(endings: readonly Ending[]): boolean {
  return endings.every(({ outcome }) => outcome.kind === "done" && isStep(outcome.effects));
}

function isStep(effects: Effects | undefined): boolean {
  if (effects === undefined) return true;
  const { send: _, arrive: __, close: ___, ...others } = effects;
  return isNothing(others);
}

/** Most tasks do nothing besides, and say so by no effects at all. */
function isNothing(effects: Effects | undefined): boolean {
  return effects === undefined || Object.values(effects).every((list: Effects[keyof Effects]) => !list?.length);
}

/** The call that settles them and claims. */
export function endsCall({ keys, retention }: SettleContext, endings: readonly Ending[], claim: CallPart): ScriptCall {
  const buckets = byBucket(endings);
  const marks = buckets.map(([bucket]) => keys.marks(bucket));
  const list = [...marks, ...buckets.map(([bucket]) => keys.watchers(bucket)), keys.over, ...claim.keys];
  const args = [String(buckets.length), ...claim.args];
  buckets.forEach(([, { length }], i) => args.push(String(length), retention.timeFor(marks[i] ?? "")));
  const order = buckets.length === 1 ? endings : buckets.flatMap(([, ends]) => ends);
  for (const { field } of order) args.push(field);
  for (const { outcome } of order) args.push(markOf(outcome));
  const aged = buckets.some(([, [first]]) => first && retention.isAged(first.outcome.delivery.id));
  args.push(aged ? String(list.push(keys.kept)) : "");
  const steps = order.map(({ outcome }) => outcome.kind === "done" ? outcome.effects : undefined);
  if (steps.every(isNothing)) return { script: turn, keys: list, args, order };
  const columns = new StepColumns(keys, new CallKeys(list));
  steps.forEach((step, index) => columns.add(String(index + 1), step));
  return { script: turnSteps, keys: list, args: [...args, ...columns.args()], order };
}

/** Outcomes by the buckets of their ids: most often they are all of one. */
function byBucket(endings: readonly Ending[]): [bucket: string, ends: readonly Ending[]][] {
  const [first] = endings;
  if (!first) return [];
  const bucket = bucketOf(first.field);
  if (endings.every(({ field }) => field.startsWith(bucket))) return [[bucket, endings]];
  return [...groupBy(endings, ({ field }) => bucketOf(field))];
}

/** Words that name something and end with so many entries of three words, which follow their number. */
interface Column {
  readonly head: readonly string[];
  readonly entries: string[];
}

/** What outcomes do besides, in the columns that `scripts/turn_steps.lua` reads. */
class StepColumns {
  readonly #keys: Keys;
  readonly #places: CallKeys;
  /** Letters to send, by where they go. */
  readonly #sends = new Map<string, Column>();
  /** Arrivals, by their gate. */
  readonly #gates = new Map<string, Column>();
  readonly #closes: string[] = [];

  constructor(keys: Keys, places: CallKeys) {
    this.#keys = keys;
    this.#places = places;
  }

  /** Adds what the outcome of this place does. */
  add(place: string, { send = [], arrive = [], close = [] }: Steps = {}): void {
    for (const { hop, input } of send) {
      const short = shortUuid(hop.id);
      const to = `${bucketOf(short)}${hop.priority}${hop.queue}`;
      const { entries } = column(this.#sends, to, () => this.#target(hop, short));
      entries.push(place, short, input === undefined ? "" : `2${input}`);
    }
    for (const { gate, index, value, hop } of arrive) {
      const { entries } = column(this.#gates, gate, () => {
        const short = shortUuid(hop.id);
        return [...this.#target(hop, short), short, this.#places.place(this.#keys.gate(gate)), gate];
      });
      entries.push(place, String(index), `=${value}`);
    }
    for (const gate of close) this.#closes.push(place, this.#places.place(this.#keys.gate(gate)));
  }

  args(): string[] {
    const args: string[] = [];
    for (const columns of [this.#sends, this.#gates]) {
      args.push(String(columns.size));
      for (const { head, entries } of columns.values()) {
        args.push(...head, String(entries.length / 3));
        for (const word of entries) args.push(word);
      }
    }
    args.push(String(this.#closes.length / 2), ...this.#closes);
    return args;
  }

  /** Where letters go: from a hash of held ones, with their marks, into a lane. */
  #target({ queue, priority }: Hop, short: string): string[] {
    const keys = this.#keys;
    const bucket = bucketOf(short);
    const place = (key: string) => this.#places.place(key);
    return [
      place(keys.held(bucket)),
      place(keys.marks(bucket)),
      String(priority),
      ...keys.route(queue, priority).map(place),
    ];
  }
}

function column(columns: Map<string, Column>, name: string, head: () => readonly string[]): Column {
  const known = columns.get(name);
  if (known) return known;
  const made = { head: head(), entries: [] };
  columns.set(name, made);
  return made;
}
