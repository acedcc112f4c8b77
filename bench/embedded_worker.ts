/** A worker process of the embedded benchmark: `bun embedded_worker.ts FILE QUEUE CONCURRENCY`. */
import { sqlite } from "../src/brokers/sqlite/mod.ts";
import { runWorker } from "../src/worker/mod.ts";
import { Own } from "./own.ts";

const [path = "", queue = "", concurrency = "1"] = process.argv.slice(2);
const { app } = new Own(sqlite({ path }));
await runWorker(app, {
  queues: [queue],
  concurrency: Number(concurrency),
  ready: () => process.send?.("ready"),
});
