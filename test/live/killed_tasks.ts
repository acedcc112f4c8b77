/** The app of the kill test: each run of a task leaves a line in a file, so that repeated runs can be counted. */
import { appendFileSync } from "node:fs";
import * as z from "zod";
import { Umbel } from "../../mod.ts";

export const app: Umbel = new Umbel("killed", { lease: "1s", maxDeliveries: 1_000, concurrency: 20 });

export const square = app.task("square", { args: [z.number()], returns: z.number() }, async (x) => {
  appendFileSync(process.env.KILL_TEST_LOG ?? "", `${x}\n`);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
  return x * x;
});
