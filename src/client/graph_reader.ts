/** Reads the graph of a workflow, by the id of any of its tasks. @module */
import { deriveId } from "../base/ids.ts";
import { isPlainObject, parseJson } from "../base/json.ts";
import { GRAPH_STATE, graphIdOf, type GraphTask, graphTasks } from "../canvas/graph_record.ts";
import type { GraphEdge, GraphNode, WorkflowGraph } from "../canvas/handles.ts";
import { RELAY } from "../protocol/built_in.ts";
import type { ResultRecord } from "../protocol/result.ts";
import type { Known } from "./record_reader.ts";
import type { ResultReader } from "./result_reader.ts";
import { DrawnGraph } from "./workflow_graph.ts";

/** Tasks that were sent by tasks of a workflow are looked for so deep, and so many at most. */
const DEEPEST = 8;
const MOST_SENT = 500;

/** Results are read so many at once. */
const SLICE = 1_000;

/** The graph of the workflow of a task, with the states of its tasks; of the task alone where no graph is kept. */
export async function readGraph(id: string, reader: ResultReader): Promise<WorkflowGraph> {
  const tasks = await findTasks(id, reader);
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  const records = await recordsOf(tasks.map((task) => task.id), reader);
  for (const task of tasks) {
    if (task.task !== RELAY) nodes.set(task.id, nodeOf(task.id, records.get(task.id), task.task));
  }
  for (const task of tasks) if (task.task !== RELAY) edges.push(...edgesOf(task, tasks));
  await addSent(nodes, edges, records, reader);
  return new DrawnGraph([...nodes.values()], edges);
}

/** The tasks of the graph that an id leads to. */
async function findTasks(id: string, reader: ResultReader): Promise<readonly GraphTask[]> {
  const guesses = [graphIdOf(id), graphIdOf(deriveId(id, "root"))];
  const [known, ...stored] = await reader.look([id, ...guesses]);
  for (const one of stored) {
    const tasks = await tasksOf(one, reader);
    if (tasks.length > 0) return tasks;
  }
  const first = (known && "record" in known ? firstOf(known.record) : undefined) ?? await firstOfHeld(id, reader);
  const tasks = first === undefined ? [] : await tasksOf((await reader.look([graphIdOf(first)]))[0], reader);
  return tasks.length > 0 ? tasks : [{ id, task: nameOf(known), next: [], body: undefined, fail: [] }];
}

async function tasksOf(known: Known | undefined, reader: ResultReader): Promise<readonly GraphTask[]> {
  if (known === undefined || !("record" in known) || known.record.state !== GRAPH_STATE) return [];
  return graphTasks(await reader.value(known.record));
}

/** The first task of the workflow that something belongs to. */
function firstOf({ flow, root }: { readonly flow?: unknown; readonly root?: unknown }): string | undefined {
  return typeof flow === "string" ? flow : typeof root === "string" ? root : undefined;
}

/** The same of a task that waits for its turn. */
async function firstOfHeld(id: string, reader: ResultReader): Promise<string | undefined> {
  const broker = await reader.broker();
  const [text] = await broker.held([id]);
  const message = typeof text === "string" ? parseJson(text) : undefined;
  return isPlainObject(message) ? firstOf(message) : undefined;
}

async function recordsOf(ids: readonly string[], reader: ResultReader): Promise<Map<string, Known>> {
  const found = new Map<string, Known>();
  for (let from = 0; from < ids.length; from += SLICE) {
    const slice = ids.slice(from, from + SLICE);
    const known = await reader.look(slice);
    for (const [index, id] of slice.entries()) found.set(id, known[index] ?? { kind: "unknown" });
  }
  return found;
}

function recordOf(known: Known | undefined): ResultRecord | undefined {
  return known && "record" in known ? known.record : undefined;
}

function nameOf(known: Known | undefined): string {
  return recordOf(known)?.task ?? "unknown";
}

function nodeOf(id: string, known: Known | undefined, task: string): GraphNode {
  return { id, task, state: recordOf(known)?.state ?? (known?.kind ?? "unknown").toUpperCase() };
}

/** The edges that leave a task; relays are not shown, but where they lead. */
function edgesOf(task: GraphTask, tasks: readonly GraphTask[]): GraphEdge[] {
  const edges: GraphEdge[] = [];
  const follow = (place: number | undefined, kind: GraphEdge["kind"]): void => {
    const other = place === undefined ? undefined : tasks[place];
    if (other === undefined) return;
    if (other.task !== RELAY) return void edges.push({ from: task.id, to: other.id, kind });
    for (const next of other.next) follow(next, kind);
    follow(other.body, "member");
  };
  for (const next of task.next) follow(next, "result");
  follow(task.body, "member");
  for (const fail of task.fail) follow(fail, "failure");
  return edges;
}

/** Adds the tasks that tasks of the workflow have sent by themselves, and those that took a task's place. */
async function addSent(
  nodes: Map<string, GraphNode>,
  edges: GraphEdge[],
  records: ReadonlyMap<string, Known>,
  reader: ResultReader,
): Promise<void> {
  let level = [...nodes.keys()];
  let known = records;
  const most = nodes.size + MOST_SENT;
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const sent = level.flatMap((from) => (recordOf(known.get(from))?.children ?? []).map((to) => ({ from, to })));
    const fresh = sent.filter(({ to }) => !nodes.has(to)).slice(0, Math.max(0, most - nodes.size));
    known = await recordsOf(fresh.map(({ to }) => to), reader);
    for (const { from, to } of fresh) {
      if (nameOf(known.get(to)) === RELAY) continue;
      nodes.set(to, nodeOf(to, known.get(to), nameOf(known.get(to))));
      edges.push({ from, to, kind: "sent" });
    }
    level = fresh.map(({ to }) => to);
  }
}
