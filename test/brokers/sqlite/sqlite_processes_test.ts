import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { newId } from "../../../src/base/ids.ts";
import { sqlite, type SqliteBroker } from "../../../src/brokers/sqlite/mod.ts";
import { until } from "../../support/until.ts";
import { temporaryDatabase } from "./sqlite_fixture.ts";
import { lookUp, startChild } from "./sqlite_processes.ts";

const PATIENCE = 120_000;

const clean: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

async function fresh(): Promise<{ readonly path: string; readonly broker: SqliteBroker }> {
  const { path, remove } = await temporaryDatabase();
  const broker = sqlite(path);
  await broker.queues();
  clean.push(remove, () => broker.close());
  return { path, broker };
}

const letter = () => ({ id: newId(), queue: "q", priority: 5, text: "text" });
const idsOf = (lines: readonly string[]) => lines.flatMap((line) => line.split(" "));
const parked = (path: string) => lookUp(path, "SELECT count(*) FROM parked");
const worker = (name = "here") => ({ incarnation: crypto.randomUUID(), name, lease: 60_000 });

describe("a process that is killed while it writes", () => {
  test("leaves all that was taken in, and a sound file", async () => {
    const { path, broker } = await fresh();
    const taken: string[] = [];
    for (let round = 1; round <= 3; round++) {
      await using child = startChild("publish", path);
      await until("some letters", () => idsOf(child.lines).length > 100 * round);
      await child.kill();
      taken.push(...idsOf(child.lines));
      expect(lookUp(path, "PRAGMA integrity_check")).toBe("ok");
    }
    const known = new Set((await broker.peek("q", 1_000_000)).map(({ id }) => id));
    expect(taken.filter((id) => !known.has(id))).toEqual([]);
    expect(await broker.read(taken)).toEqual(taken.map(() => ({ kind: "queued" })));
  }, PATIENCE);

  test("leaves no sleeper behind that a letter would wake in vain", async () => {
    const { path, broker } = await fresh();
    await using child = startChild("sleep", path);
    await until("the child to sleep", () => parked(path) === 1);
    expect(readdirSync(`${path}.bells`)).toHaveLength(1);
    const here = broker.wait(worker(), ["q"], PATIENCE, new AbortController().signal);
    await until("the second sleeper", () => parked(path) === 2);
    await child.kill();
    await broker.publish({ publish: [letter()] });
    await here;
    expect(parked(path)).toBe(0);
    expect(readdirSync(`${path}.bells`)).toHaveLength(1);
  }, PATIENCE);
});

describe("processes that share a file", () => {
  test("wake each other, and settle every letter once", async () => {
    const { path, broker } = await fresh();
    await using one = startChild("work", path);
    await using two = startChild("work", path);
    await until("both to sleep", () => parked(path) === 2);
    const letters = Array.from({ length: 1_000 }, letter);
    for (let i = 0; i < 500; i += 10) await broker.publish({ publish: letters.slice(i, i + 10) });
    await broker.publish({ publish: letters.slice(500) });
    const settled = () => [...idsOf(one.lines), ...idsOf(two.lines)];
    await until("all to be settled", () => settled().length >= letters.length, PATIENCE);
    expect(settled().toSorted()).toEqual(letters.map(({ id }) => id).toSorted());
    const results = await broker.read(letters.map(({ id }) => id));
    expect(results).toEqual(letters.map(({ id }) => ({ kind: "final", text: `result of ${id}` })));
  }, PATIENCE);

  test("tell each other of results", async () => {
    const { path, broker } = await fresh();
    await using child = startChild("work", path);
    await until("the child to sleep", () => parked(path) === 1);
    const sent = letter();
    const { promise, resolve } = Promise.withResolvers<string>();
    const watch = await broker.watch([sent.id, newId()], resolve);
    await broker.publish({ publish: [sent] });
    expect(await promise).toBe(sent.id);
    expect(await broker.read([sent.id])).toEqual([{ kind: "final", text: `result of ${sent.id}` }]);
    await watch.close();
    expect(lookUp(path, "SELECT count(*) FROM watches")).toBe(0);
    await child.kill();
  }, PATIENCE);

  test("use next to no CPU while there is nothing to do", async () => {
    const { path } = await fresh();
    await using child = startChild("idle", path);
    expect(await child.ended()).toBe(0);
    const [used = NaN, time = NaN] = (child.lines[0] ?? "").split(" ").map(Number);
    expect(used / time).toBeLessThan(0.01);
    expect(existsSync(`${path}.bells`) ? readdirSync(`${path}.bells`) : []).toEqual([]);
  }, PATIENCE);
});
