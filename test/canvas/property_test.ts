/** Random workflows give what a direct interpreter says: the same values, the same failures, and nothing hangs. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AnyResult } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { eager } from "../../src/testing/mod.ts";
import { Worker } from "../../src/worker/mod.ts";
import { quiet } from "../support/quiet.ts";
import { get, WatchedBroker } from "./kit.ts";
import { deeds } from "./deeds.ts";
import { difference, Model, type Node, treeOf, workflows } from "./model.ts";
import { Journal, modelApp } from "./model_app.ts";

/** Runs one workflow on a broker in memory, and tells what went wrong. */
async function problemOf(node: Node, ack: "early" | "late" = "late"): Promise<string | undefined> {
  const broker = new WatchedBroker();
  const journal = new Journal();
  const app = modelApp(journal, { broker, log: silentLogger }, 0, ack);
  const worker = await Worker.start(app, { concurrency: 4 });
  try {
    const result: AnyResult = await app.signature(treeOf(node)).delay();
    const value = await result.get({ ...get, propagate: false });
    await quiet(broker, 20_000, 1);
    const left = await broker.leftovers();
    const model = new Model(node);
    return difference(value, model.shape) ?? deeds([model], journal) ??
      (left.held.length + left.gates.length > 0 ? `left behind: ${JSON.stringify(left)}` : undefined);
  } finally {
    await worker.cancel();
    await app.close();
  }
}

describe("a random workflow", () => {
  test("without failures has the value that it must have", async () => {
    await fc.assert(
      fc.asyncProperty(workflows(false), async (node) => expect(await problemOf(node)).toBeUndefined()),
      { numRuns: 150 },
    );
  });

  test("comes out in eager mode as on a worker", async () => {
    await fc.assert(
      fc.asyncProperty(workflows(true), async (node) => {
        const journal = new Journal();
        const app = modelApp(journal, { broker: new MemoryBroker(), log: silentLogger });
        await using _mode = await eager(app);
        const result: AnyResult = await app.signature(treeOf(node)).delay();
        const model = new Model(node);
        const value = await result.get({ ...get, propagate: false });
        expect(difference(value, model.shape) ?? deeds([model], journal)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  test("of tasks with early ack is like any other", async () => {
    await fc.assert(
      fc.asyncProperty(workflows(true), async (node) => expect(await problemOf(node, "early")).toBeUndefined()),
      { numRuns: 100 },
    );
  });

  test("with failures fails as it must, calls its errbacks as it must, and leaves nothing behind", async () => {
    await fc.assert(
      fc.asyncProperty(workflows(true), async (node) => expect(await problemOf(node)).toBeUndefined()),
      { numRuns: 250 },
    );
  });
});
