/** The worker, a process of its own: `UMBEL_BROKER=redis://… bun run examples/thumbnails/worker.ts`. */
import { Ref, Umbel } from "../../mod.ts";
import { runWorker } from "../../src/worker/mod.ts";
import { decodePng, encodePng, shrink } from "./png.ts";
import { thumbnail } from "./tasks.ts";

const app = new Umbel("thumbnails");

app.implement(thumbnail, async (image, pixels) => {
  const small = shrink(decodePng(await image.bytes()), pixels);
  return Ref.of(encodePng(small), { type: "image/png", name: image.name && `small-${image.name}` });
});

await runWorker(app, { ready: () => process.send?.("ready") });
