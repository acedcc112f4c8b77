/**
 * The worker of `workers/edge.ts`, a long-running process: `UMBEL_BROKER=rediss://… bun run workers/worker.ts`.
 *
 * @module
 */
import { Umbel } from "../mod.ts";
import { runWorker } from "../src/worker/mod.ts";
import { add, receipt } from "./contracts.ts";

const app = new Umbel("edge");
app.implement(add, (x, y) => x + y);
app.implement(receipt, ({ id, email }) => `receipt of order ${id} to ${email}`);

await runWorker(app, { ready: () => process.send?.("ready") });
