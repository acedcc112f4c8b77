/** The shop's worker, a process of its own: `bun run examples/shop/worker.ts`. */
import { runWorker } from "../../src/worker/mod.ts";
import { app } from "./tasks.ts";

await runWorker(app, { name: "shop@%h", ready: () => process.send?.("ready") });
