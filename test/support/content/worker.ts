/** A worker of the app; it prints a line once it runs. */

import { runWorker } from "../../../src/worker/mod.ts";
import { app } from "./app.ts";

const running = runWorker(app, { concurrency: 1 });
console.log("ready");
await running;
