/** A worker in a script of its own, which has something to do afterwards. */
import { runWorker } from "../../src/worker/mod.ts";
import { app } from "./signalled_tasks.ts";

await runWorker(app, { concurrency: 2, prefetch: 3, lease: "3s" });
console.log("Over and out");
