/** A worker whose handler blocks its event loop, and so its heartbeat, until another worker has its task. */
import { existsSync, writeFileSync } from "node:fs";
import { Umbel } from "../../mod.ts";
import { runWorker } from "../../src/worker/mod.ts";

const FOLDER = process.env.BLOCKED_TEST_FOLDER ?? "";
const LIMIT = 60_000;

const app = new Umbel("blocked");

app.task("hog", {}, () => {
  writeFileSync(`${FOLDER}/begun`, "");
  const end = performance.now() + LIMIT;
  while (!existsSync(`${FOLDER}/taken`) && performance.now() < end);
  return "of the first";
});

await runWorker(app, { name: "first", lease: "1s" });
