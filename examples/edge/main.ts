/**
 * From the edge to a worker and back, on one machine and offline, as `examples/edge_stage.ts` says.
 *
 * `npm run edge` stays up for `curl` until Ctrl-C; `npm run edge -- --once` ends after a first round, with 0 only if its
 * results are right.
 */
import assert from "node:assert/strict";
import { startEdgeStage } from "../edge_stage.ts";

const once = process.argv.includes("--once");
/** What the ready-made routes want to be shown. Yours is a secret: `npx wrangler secret put API_KEY`. */
const API_KEY = "a-key-for-this-machine";
const stage = await startEdgeStage({
  edge: "examples/edge/api.ts",
  worker: "workers/worker.ts",
  bindings: { API_KEY },
});

try {
  await firstRound();
  if (!once) {
    console.log(`\nThe edge is up. Try, in another terminal:
  curl -X POST ${stage.url}sums/4/4
  curl '${stage.url}tasks/<the id it answers>?wait'
  curl ${stage.url}orders -d '{"id":7,"email":"ada@example.com"}'

The same by the ready-made routes, which examples/edge/README.md goes through:
  curl ${stage.url}queue/tasks/math.add -H 'authorization: Bearer ${API_KEY}' -H 'content-type: application/json' -d '{"args":[4,4]}'
  curl ${stage.url}queue/results/<the id it answers> -H 'authorization: Bearer ${API_KEY}' -H 'prefer: wait=10'
  curl ${stage.url}queue/openapi.json
Ctrl-C stops it.`);
    await stage.stopped;
  }
} finally {
  await stage.stop();
}

/** Sends tasks through the edge, asks the edge for their results, prints and checks them. */
async function firstRound(): Promise<void> {
  const sum = await resultOf(await send("sums/4/4"));
  const mail = await resultOf(await send("orders", { id: 7, email: "ada@example.com" }));
  const wrong = await fetch(`${stage.url}orders`, { method: "POST", body: JSON.stringify({ id: 7, email: "nobody" }) });
  console.log(`math.add(4, 4)       ${sum}`);
  console.log(`mail.receipt(order)  ${mail}`);
  console.log(`a wrong order        ${wrong.status} ${await wrong.text()}`);
  assert.deepEqual([sum, mail, wrong.status], [8, "receipt of order 7 to ada@example.com", 422]);
  const answer = await byRoutes("math.add", [20, 22]);
  console.log(`the ready-made way   ${answer}`);
  assert.equal(answer, 42);
}

/** Sends a task by the ready-made routes, and waits for its result where `Location` says. */
async function byRoutes(task: string, args: readonly unknown[]): Promise<unknown> {
  const headers = { "authorization": `Bearer ${API_KEY}`, "content-type": "application/json", "prefer": "wait=20" };
  const body = JSON.stringify({ args });
  const sent = await fetch(`${stage.url}queue/tasks/${task}`, { method: "POST", headers, body });
  assert.equal(sent.status, 202);
  const read = await fetch(new URL(sent.headers.get("location") ?? "", stage.url), { headers });
  const { result } = await read.json() as { result: unknown };
  return result;
}

async function send(path: string, body?: unknown): Promise<string> {
  const response = await fetch(stage.url + path, { method: "POST", body: JSON.stringify(body) ?? null });
  assert.equal(response.status, 202);
  const { id } = await response.json() as { id: string };
  return id;
}

async function resultOf(id: string): Promise<unknown> {
  const response = await fetch(`${stage.url}tasks/${id}?wait`);
  const { result } = await response.json() as { result: unknown };
  return result;
}
