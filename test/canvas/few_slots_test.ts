/** One worker of few slots, whom nobody else wakes: it goes on with whatever its own tasks send. */
import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { type AnyResult, chain, group, Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { Worker } from "../../src/worker/mod.ts";
import { anySeed, difference, Model, sampleOf, treeOf } from "./model.ts";
import { Journal, modelApp } from "./model_app.ts";
import { storesForTests } from "./stores.ts";

/** A worker that is not woken looks by itself only later than this. */
const LIMIT = { timeout: "20s" } as const;

/** How many random workflows each store runs, one after the other. */
const FLOWS = 30;

const stores = storesForTests({ "in Redis": 1, "in Redis, in four partitions": 4 });

for (const [name, store] of Object.entries(stores)) {
  describe(`one worker of few slots ${name}`, () => {
    test("runs a group that its own task has sent", async () => {
      const app = new Umbel("few", { broker: await store()(), logLevel: "silent" });
      const one = app.task("one", { returns: z.number() }, () => 1);
      const add = app.task("add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
      const worker = await Worker.start(app, { concurrency: 2 });
      const members = Array.from({ length: 50 }, (_, index) => index);
      const result = await chain(one.s(), group(members.map((index) => add.s(index)))).delay();
      expect(await result.get(LIMIT)).toEqual(members.map((index) => index + 1));
      await worker.stop();
      await app.close();
    }, 60_000);

    for (const pause of [0, 2]) {
      test(`runs random workflows of tasks that take ${pause} ms`, async () => {
        const app = modelApp(new Journal(), { broker: await store()(), log: silentLogger }, pause);
        const seed = anySeed();
        for (const [index, node] of sampleOf(FLOWS, seed).nodes.entries()) {
          const worker = await Worker.start(app, { concurrency: 1 + index % 3 });
          const result: AnyResult = await app.signature(treeOf(node)).delay();
          const value = await result.get({ ...LIMIT, propagate: false });
          expect(difference(value, new Model(node).shape) ?? "right", `seed ${seed}, workflow ${index}`).toBe("right");
          await worker.stop();
        }
        await app.close();
      }, 120_000);
    }
  });
}
