/** The app of the signals test: tasks that wait, that hear their signal, and that hear nothing. Each leaves lines in a file. */
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Umbel } from "../../mod.ts";

const FOLDER = process.env.SIGNALS_TEST_FOLDER ?? "";

export const app: Umbel = new Umbel("signalled");

function tell(what: string): void {
  appendFileSync(`${FOLDER}/told`, `${what}\n`);
}

/** Ends when the test says so. */
export const patient = app.task("patient", { bind: true }, async (ctx) => {
  tell(`begun ${ctx.id}`);
  while (!existsSync(`${FOLDER}/go`)) await sleep(10);
  return ctx.signal.aborted;
});

/** Ends when it is told to. */
export const polite = app.task("polite", { bind: true }, async (ctx) => {
  tell(`begun ${ctx.id}`);
  await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve, { once: true }));
  tell(`stopped ${ctx.id}`);
  throw ctx.signal.reason;
});

/** Does not end. */
export const stubborn = app.task("stubborn", { bind: true }, async (ctx) => {
  tell(`begun ${ctx.id}`);
  while (true) await sleep(10);
});
