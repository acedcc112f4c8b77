/** The worker of the contracts, a process in Bun: `UMBEL_BROKER=redis://... bun test/support/edge/worker.ts`. */
import { Umbel } from "../../../mod.ts";
import { runWorker } from "../../../src/worker/mod.ts";
import { add, fail, greet, total } from "./contracts.ts";

const app = new Umbel("edge", { logLevel: "silent" });
app.implement(add, (x, y) => x + y);
app.implement(total, (numbers) => numbers.reduce((sum, number) => sum + number, 0));
app.implement(greet, (name, { loud }) => loud ? `${name.toUpperCase()}!` : name);
app.implement(fail, (text) => {
  throw Object.assign(new RangeError(text), { code: 7 });
});
await runWorker(app, { concurrency: 20, ready: () => console.log("ready") });
