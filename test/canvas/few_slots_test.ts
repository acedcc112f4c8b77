/** One worker of few slots, whose own tasks send more than it can hold: it goes on without anybody to wake it. */
import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { chain, group, Umbel } from "../../mod.ts";
import { Worker } from "../../src/worker/mod.ts";
import { storesForTests } from "./stores.ts";

const stores = storesForTests({ "in Redis": 1, "in Redis, in four partitions": 4 });

describe("a worker of two slots runs a group that its own task has sent", () => {
  for (const [name, store] of Object.entries(stores)) {
    test(name, async () => {
      const app = new Umbel("few", { broker: await store()(), logLevel: "silent" });
      const one = app.task("one", { returns: z.number() }, () => 1);
      const add = app.task("add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
      const worker = await Worker.start(app, { concurrency: 2 });
      const members = Array.from({ length: 50 }, (_, index) => index);
      const result = await chain(one.s(), group(members.map((index) => add.s(index)))).delay();
      expect(await result.get({ timeout: "20s" })).toEqual(members.map((index) => index + 1));
      await worker.stop();
      await app.close();
    }, 60_000);
  }
});
