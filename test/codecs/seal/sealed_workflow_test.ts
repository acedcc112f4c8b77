import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { chain, chord, failureSchema, group, sealer, Umbel } from "../../../mod.ts";
import { silentLogger } from "../../../src/base/log.ts";
import { MemoryBroker } from "../../../src/brokers/memory/mod.ts";
import { sqlite } from "../../../src/brokers/sqlite/mod.ts";
import type { Broker } from "../../../src/broker.ts";
import { Worker } from "../../../src/worker/mod.ts";
import { until } from "../../support/until.ts";
import { k1 } from "./bench.ts";

const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const timeout = "20s";

/** A sealed app with small tasks over texts, and its worker. */
async function begin(broker: Broker) {
  const seal = sealer({ keys: [k1], encrypt: true, maxAge: "1h" });
  const app = new Umbel("test", { broker, log: silentLogger, seal });
  stops.push(() => app.close());
  const add = app.task("add", { args: [z.string(), z.string()], returns: z.string() }, (x, y) => `${x} ${y}`);
  const join = app.task("join", { args: [z.array(z.string())], returns: z.string() }, (list) => list.join(", "));
  const fail = app.task("fail", { args: [z.string()], returns: z.string() }, (text): string => {
    throw new Error(text);
  });
  const told: string[] = [];
  const tell = app.task("tell", { args: [failureSchema] }, (failure) => void told.push(JSON.stringify(failure)));
  const worker = await Worker.start(app);
  stops.push(() => worker.cancel());
  return { app, add, join, fail, tell, told };
}

test("workflows run behind a seal: chains, groups, chords, and what follows a failure", async () => {
  const { add, join, fail, tell, told } = await begin(new MemoryBroker());
  expect(await (await chain(add.s("a", "b"), add.s("c")).delay()).get({ timeout })).toBe("a b c");
  const members = ["x", "y", "z"].map((one) => add.s(one, "!"));
  expect(await (await group(members).delay()).get({ timeout })).toEqual(["x !", "y !", "z !"]);
  const sum = chain(chord(members, join.s()), add.s("end"));
  expect(await (await sum.delay()).get({ timeout })).toBe("x !, y !, z ! end");
  const broken = await chain(fail.s("sad news").onError(tell.s()), add.s("never")).delay();
  await expect(broken.get({ timeout })).rejects.toThrow("sad news");
  await until("the errback", () => told.length > 0);
  expect(told[0]).toContain("sad news");
});

test("nothing of a workflow's values is readable in the file of a sqlite broker", async () => {
  const folder = mkdtempSync(join(tmpdir(), "umbel-seal-"));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const { add, join: joined } = await begin(sqlite({ path: join(folder, "q.sqlite") }));
  const flow = chain(chord(["x", "y"].map((one) => add.s(one, "find-me")), joined.s()), add.s("find-me"));
  expect(await (await flow.delay()).get({ timeout })).toBe("x find-me, y find-me find-me");
  await add.s("find-me", "later").applyAsync([], { countdown: "1h" });
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(0);
  for (const { name } of files) expect(readFileSync(join(folder, name)).includes("find-me")).toBe(false);
});
