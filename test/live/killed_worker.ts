/** A worker of the kill test: a process that will be killed. */
import { runWorker } from "../../src/worker/mod.ts";
import { app } from "./killed_tasks.ts";

await runWorker(app, { ready: () => process.send?.("ready") });
