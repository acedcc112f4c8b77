/** What the tests run in processes of their own: `bun sqlite_child.ts <role> <path>`. Each tells what it does by lines. */

import process from "node:process";
import { newId } from "../../../src/base/ids.ts";
import type { Outcome, WorkerRef } from "../../../src/broker.ts";
import { sqlite } from "../../../src/brokers/sqlite/mod.ts";

/** Longer than a test lives. */
const FOREVER = 600_000;

const [role = "", path = ""] = process.argv.slice(2);
const broker = sqlite(path);
const worker: WorkerRef = { incarnation: crypto.randomUUID(), name: "child", lease: 60_000 };
const never = new AbortController().signal;

const letter = () => ({ id: newId(), queue: "q", priority: 5, text: "x".repeat(200) });
const say = (...words: readonly unknown[]) => process.stdout.write(`${words.join(" ")}\n`);

const roles: Readonly<Record<string, () => Promise<void>>> = {
  /** Publishes without end, now one, now several; says the ids that were taken in. */
  async publish() {
    for (let round = 0;; round++) {
      const letters = Array.from({ length: round % 5 + 1 }, letter);
      await broker.publish({ publish: letters });
      say(...letters.map(({ id }) => id));
    }
  },

  /** Works without end; says the ids that it settled. */
  async work() {
    let outcomes: readonly Outcome[] = [];
    while (true) {
      const { settlements, claim } = await broker.settleAndClaim(worker, outcomes, { queues: ["q"], max: 5 });
      if (settlements.length > 0) say(...outcomes.map(({ delivery }) => delivery.id));
      if (settlements.includes("lost")) throw new Error("Cannot lose what no other worker may have");
      outcomes = claim.deliveries.map(({ id, deliveries }) => {
        return { kind: "done", delivery: { id, deliveries }, result: `result of ${id}` };
      });
      if (outcomes.length === 0) await broker.wait(worker, ["q"], FOREVER, never);
    }
  },

  /** Sleeps without end. */
  async sleep() {
    await broker.wait(worker, ["q"], FOREVER, never);
  },

  /** Sleeps on several queues for some seconds; says how many milliseconds of CPU that took in how many of time. */
  async idle() {
    const stop = new AbortController();
    const asleep = broker.wait(worker, ["a", "b", "c", "d", "e"], FOREVER, stop.signal);
    const watch = await broker.watch([newId(), newId()], () => {});
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const [before, start] = [process.cpuUsage(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const used = process.cpuUsage(before);
    say((used.user + used.system) / 1_000, performance.now() - start);
    stop.abort();
    await asleep;
    await watch.close();
    await broker.close();
  },
};

await roles[role]?.();
