/**
 * The graph of a workflow as it is stored: in a few bytes, however many tasks it has.
 *
 * Ids are derived from one seed by the places of the tasks, so they need not be written down. Tasks that stand in a row and
 * have the same name and edges share one text: `999 0 +1` are 999 tasks of the first name, each followed by the one before
 * it (plans are made backwards), and `10000 1 @0` are 10,000 members of a chord whose body stands at place 0.
 *
 * @module
 */
import { deriveId } from "../base/ids.ts";
import type { MessageHop } from "../protocol/message.ts";
import type { Plan, PlannedTask } from "./plan.ts";

/** The state that the record of a graph has. */
export const GRAPH_STATE = "GRAPH";

/** The id under which the graph of a workflow is stored, by that of its first task. */
export function graphIdOf(root: string): string {
  return deriveId(root, "graph");
}

/** The graph of a workflow as it is stored. */
export interface GraphRecord {
  readonly seed: string;
  /** The names of the tasks. */
  readonly tasks: readonly string[];
  readonly rows: readonly string[];
  /** The ids that are not derived from their places. */
  readonly ids: Readonly<Record<string, string>>;
}

/** A task in the graph of a workflow; edges are places of other tasks. */
export interface GraphTask {
  readonly id: string;
  readonly task: string;
  /** Who gets its value. */
  readonly next: readonly number[];
  /** The body of the chord whose member it is. */
  readonly body: number | undefined;
  /** Who gets its failure. */
  readonly fail: readonly number[];
}

/** What is read at most: a record tells of as many tasks as it likes in a few characters. */
const MOST_TASKS = 1_000_000;

/** A record that would be longer, in characters, is not stored. */
const LONGEST = 32_768;

/** The graph of a plan; undefined where there is nothing to see, or too much to store. */
export function graphRecordOf(plan: Plan): GraphRecord | undefined {
  if (plan.tasks.length < 2) return undefined;
  const places = new Map(plan.tasks.map(({ id }, place) => [id, place]));
  const tasks = [...new Set(plan.tasks.map(({ task }) => task))];
  const names = new Map(tasks.map((task, index) => [task, index]));
  const ids = Object.fromEntries(plan.tasks.flatMap(({ id, isDerived }, place) => isDerived ? [] : [[place, id]]));
  const rows: { words: string; count: number }[] = [];
  let length = 0;
  for (const [place, task] of plan.tasks.entries()) {
    const words = `${names.get(task.task)}${edgesOf(task, place, places)}`;
    const last = rows.at(-1);
    if (last?.words === words) last.count++;
    else {
      rows.push({ words, count: 1 });
      length += words.length + 10;
    }
    if (length > LONGEST) return undefined;
  }
  return { seed: plan.seed, tasks, rows: rows.map(({ words, count }) => `${count} ${words}`), ids };
}

function edgesOf({ next, gate, fail }: PlannedTask, place: number, places: ReadonlyMap<string, number>): string {
  const body = gate && places.get(gate.hop.id);
  const opened = body === undefined ? "" : ` @${body}`;
  if (next.length === 0 && fail.length === 0) return opened;
  const known = (hops: readonly MessageHop[]) => hops.flatMap(({ id }) => places.get(id) ?? []);
  const steps = known(next).map((other) => place - other).sort((a, b) => a - b);
  const errors = known(fail).map((other) => place - other <= NEAR ? ` ~${place - other}` : ` !${other}`);
  return [...rangesOf(steps), opened, ...errors].join("");
}

/** An errback of a task's own stands right before it; one that is shared stands anywhere. */
const NEAR = 3;

function rangesOf(steps: readonly number[]): string[] {
  const ranges: string[] = [];
  for (let from = 0; from < steps.length;) {
    let to = from;
    while ((steps[to + 1] ?? NaN) === (steps[to] ?? 0) + 1) to++;
    ranges.push(to === from ? ` +${steps[from]}` : ` +${steps[from]}-${steps[to]}`);
    from = to + 1;
  }
  return ranges;
}

/** The tasks of a stored graph, in their places; none of what is no record of one. */
export function graphTasks(value: unknown): GraphTask[] {
  if (!isGraphRecord(value)) return [];
  const found: GraphTask[] = [];
  for (const row of value.rows) {
    const [count = "0", name = "", ...edges] = row.split(" ");
    for (let left = Number(count); left > 0 && found.length < MOST_TASKS; left--) {
      const place = found.length;
      const id = value.ids[place] ?? deriveId(value.seed, String(place));
      found.push({ id, task: value.tasks[Number(name)] ?? "", ...readEdges(edges, place) });
    }
  }
  return found;
}

function readEdges(edges: readonly string[], place: number): Pick<GraphTask, "next" | "body" | "fail"> {
  const next: number[] = [];
  const fail: number[] = [];
  let body: number | undefined;
  for (const edge of edges) {
    const [from = 0, to = from] = edge.slice(1).split("-").map(Number);
    if (edge[0] === "+") { for (let step = from; step <= to && step <= place; step++) next.push(place - step); }
    else if (edge[0] === "@") body = from;
    else fail.push(edge[0] === "~" ? place - from : from);
  }
  return { next, body, fail };
}

function isGraphRecord(value: unknown): value is GraphRecord {
  if (typeof value !== "object" || value === null) return false;
  const { seed, tasks, rows, ids }: Partial<Record<keyof GraphRecord, unknown>> = value;
  const isText = (one: unknown) => typeof one === "string";
  return isText(seed) && Array.isArray(tasks) && tasks.every(isText) && Array.isArray(rows) && rows.every(isText) &&
    typeof ids === "object" && ids !== null;
}
