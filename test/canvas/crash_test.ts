/** Random workflows on real brokers, with workers that crash at random: the same values, the same failures, no hang. */
import { describe, expect, test } from "bun:test";
import type { AnyResult } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { quiet } from "../support/quiet.ts";
import { Crew } from "./crashes.ts";
import { deeds } from "./deeds.ts";
import { anySeed, difference, Model, sampleOf, treeOf } from "./model.ts";
import { Journal, modelApp } from "./model_app.ts";
import { storesForTests } from "./stores.ts";

/** How many workflows are under way at once, and how many workers crash over them. */
const FLOWS = 40;
const CRASHES = 8;

/** How long one workflow may take, crashes and a busy machine included. */
const LIMIT = "90s";

const stores = storesForTests({ "in Redis": 1, "in Redis, in four partitions": 4 });

describe("random workflows with workers that crash", () => {
  for (const [name, store] of Object.entries(stores)) {
    test(`${name} come out as they must`, async () => {
      const open = store();
      const journal = new Journal();
      const broker = await open();
      const app = modelApp(journal, { broker, log: silentLogger });
      const crew = new Crew(open, journal);
      for (let worker = 0; worker < 3; worker++) await crew.join();
      const seed = anySeed();
      const { nodes } = sampleOf(FLOWS, seed);
      try {
        const ends = nodes.map(async (node) => {
          const result: AnyResult = await app.signature(treeOf(node)).delay();
          return await result.get({ timeout: LIMIT, propagate: false });
        });
        const all = Promise.all(ends);
        for (let crash = 0; crash < CRASHES; crash++) {
          await Bun.sleep(20 + Math.random() * 250);
          await crew.crash();
        }
        const values = await all;
        await quiet(broker);
        for (const [index, node] of nodes.entries()) {
          const model = new Model(node);
          expect(difference(values[index], model.shape) ?? "right", `seed ${seed}`).toBe("right");
        }
        expect(deeds(nodes.map((node) => new Model(node)), journal) ?? "right", `seed ${seed}`).toBe("right");
      } finally {
        await crew.end();
        await app.close();
      }
    }, 120_000);
  }
});
