/**
 * Random workflows that are disturbed in every way at once: workers crash over tasks with early ack, queues are purged,
 * results are revoked. Whatever becomes of them, every waiter gets an answer and nothing is left behind.
 */
import { describe, expect, test } from "bun:test";
import type { AnyResult } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import type { Broker, Effects } from "../../src/broker.ts";
import { purge } from "../../src/worker/mod.ts";
import { quiet } from "../support/quiet.ts";
import { Crew } from "./crashes.ts";
import { anySeed, Model, sampleOf, type Shape, treeOf } from "./model.ts";
import { Journal, modelApp } from "./model_app.ts";
import { storesForTests } from "./stores.ts";

const FLOWS = 40;
const BLOWS = 14;
const LIMIT = "90s";

const stores = storesForTests({ "in Redis": 2 });

/** Remembers which letters brokers were to hold, and which gates they were to set up. */
class Records {
  readonly held: Set<string> = new Set();
  readonly gates: Set<string> = new Set();

  /** The same broker, watched. */
  watch(broker: Broker): Broker {
    return new Proxy(broker, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (key === "publish") this.#note(args[0] as Effects);
          for (const one of Array.isArray(args[1]) ? args[1] : []) if (one.effects) this.#note(one.effects);
          return Reflect.apply(value, target, args);
        };
      },
    });
  }

  #note({ hold = [], rehold = [], gates = [] }: Effects): void {
    for (const { id } of [...hold, ...rehold]) this.held.add(id);
    for (const { id } of gates) this.gates.add(id);
  }

  /** What is left in a broker: letters that are held, and values at gates. */
  async left(broker: Broker): Promise<{ held: number; arrived: number }> {
    const texts = await broker.held([...this.held]);
    const arrivals = await Promise.all([...this.gates].map((gate) => broker.arrivals(gate)));
    return { held: texts.filter((text) => text !== null).length, arrived: arrivals.flat().length };
  }
}

/** Counts runs by their attempts alone: with early ack no task runs twice, whichever delivery it is. */
class OnceJournal extends Journal {
  override run(tag: number, id: string, attempt: number): void {
    super.run(tag, id, attempt, 1);
  }
}

describe("random workflows that are disturbed in every way", () => {
  for (const ack of ["early", "late"] as const) {
    for (const [name, store] of Object.entries(stores)) {
      test(`${name}, with ${ack} ack, come to an end, and leave nothing behind`, async () => {
        const seed = anySeed();
        await disturb(store(), ack, seed);
      }, 150_000);
    }
  }
});

async function disturb(openStore: () => Promise<Broker>, ack: "early" | "late", seed: number): Promise<void> {
  const records = new Records();
  const open = async () => records.watch(await openStore());
  const journal = ack === "early" ? new OnceJournal() : new Journal();
  const broker = await open();
  const app = modelApp(journal, { broker, log: silentLogger }, 0, ack);
  const crew = new Crew(open, journal, 4, ack);
  for (let worker = 0; worker < 3; worker++) await crew.join();
  const { nodes } = sampleOf(FLOWS, seed);
  try {
    const sent: AnyResult[] = [];
    const ends = Promise.all(nodes.map(async (node) => {
      const result: AnyResult = await app.signature(treeOf(node)).delay();
      sent.push(result);
      return await result.get({ timeout: LIMIT, propagate: false });
    }));
    for (let blow = 0; blow < BLOWS; blow++) {
      await Bun.sleep(Math.random() * 60);
      if (blow % 5 === 1) await purge(app, "default");
      else if (blow % 5 === 3) await sent[Math.floor(Math.random() * sent.length)]?.revoke();
      else await crew.crash();
    }
    const values = await ends;
    await quiet(broker);
    for (const [index, node] of nodes.entries()) {
      expect(oddity(values[index], new Model(node).shape) ?? "right", `seed ${seed}`).toBe("right");
    }
    expect(journal.twice, `seed ${seed}`).toEqual([]);
    for (const { id } of await broker.dead("default", 10_000)) await broker.discard("default", [id]);
    // What a queue holds and what workers have in their hands is not read in one moment: the last one may still be busy.
    for (const end = Date.now() + 10_000; Date.now() < end && (await records.left(broker)).held > 0;) {
      await Bun.sleep(50);
    }
    expect(await records.left(broker), `seed ${seed}`).toEqual({ held: 0, arrived: 0 });
  } finally {
    await crew.end();
    await app.close();
  }
}

const NAMES = new Set(["TaskRevoked", "WorkerLost", "ChordError", "StepFailed"]);

/** What is wrong with what came: it may be an error that a disturbance explains, but no other value than it must be. */
function oddity(actual: unknown, shape: Shape): string | undefined {
  if (actual instanceof Error) return NAMES.has(actual.name) ? undefined : `${actual.name}: ${actual.message}`;
  if ("empty" in shape) return Array.isArray(actual) && actual.length === 0 ? undefined : "it must be empty";
  if (!("ok" in shape)) {
    if (!Array.isArray(actual) || actual.length !== shape.length) return `it must be a list of ${shape.length}`;
    return shape.map((one, index) => oddity(actual[index], one)).find((words) => words);
  }
  if (!shape.ok) return `it must have failed: ${JSON.stringify(actual)}`;
  return JSON.stringify(actual) === JSON.stringify(shape.value)
    ? undefined
    : `it must be ${JSON.stringify(shape.value)}`;
}
