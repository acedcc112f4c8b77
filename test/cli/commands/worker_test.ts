import { expect, test } from "bun:test";
import { Umbel } from "../../../mod.ts";
import { silentLogger } from "../../../src/base/log.ts";
import { banner } from "../../../src/cli/commands/worker.ts";
import { VERSION } from "../../../src/cli/version.ts";
import { Worker } from "../../../src/worker/mod.ts";

test("the banner of a worker tells what it serves, and no secret", async () => {
  const app = new Umbel("shop", { broker: "redis://me:secret@127.0.0.1:1", log: silentLogger, concurrency: 7 });
  app.task("math.add", {}, () => 1);
  app.task("mail.send", {}, () => 1);
  const worker = await Worker.start(app, { name: "w1@%%", queues: ["a", "b"] });
  expect(banner(worker)).toBe(`
  umbel ${VERSION}  w1@%

  app          shop
  broker       redis://me:***@127.0.0.1:1
  concurrency  7
  queues       a, b
  tasks        mail.send
               math.add
`);
  void worker.cancel();
  await app.close();
  await worker.stopped();
});
