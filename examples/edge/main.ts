/**
 * From the edge to a worker and back, on one machine and offline, as `examples/edge_stage.ts` says.
 *
 * `npm run edge` stays up for `curl` until Ctrl-C; `npm run edge -- --once` ends after a first round, with 0 only if its
 * results are right.
 */
import assert from "node:assert/strict";
import { startEdgeStage } from "../edge_stage.ts";

const once = process.argv.includes("--once");
const stage = await startEdgeStage({ edge: "workers/edge.ts", worker: "workers/worker.ts" });

try {
  await firstRound();
  if (!once) {
    console.log(`\nThe edge is up. Try, in another terminal:
  curl -X POST ${stage.url}sums/4/4
  curl '${stage.url}tasks/<the id it answers>?wait'
  curl ${stage.url}orders -d '{"id":7,"email":"ada@example.com"}'
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
