/** A worker of random workflows, in a process that will be killed. What its tasks do goes to a file, a line each. */
import { appendFileSync } from "node:fs";
import { runWorker } from "../../src/worker/mod.ts";
import { modelApp } from "../canvas/model_app.ts";

const write = (...words: (string | number)[]) =>
  appendFileSync(process.env.KILL_TEST_LOG ?? "", `${words.join(" ")}\n`);

const app = modelApp(
  {
    run: (tag, id, attempt, deliveries) => write("run", tag, id, attempt, deliveries),
    call: (tag, id) => write("call", tag, id),
  },
  { lease: "1s", maxDeliveries: 1_000, concurrency: 8 },
  20,
);

await runWorker(app, { ready: () => process.send?.("ready") });
