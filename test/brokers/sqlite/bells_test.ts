import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { Bells } from "../../../src/brokers/sqlite/bells.ts";
import { until } from "../../support/until.ts";
import { temporaryDatabase } from "./sqlite_fixture.ts";

let path = "";
let remove = (): Promise<void> => Promise.resolve();

beforeEach(async () => ({ path, remove } = await temporaryDatabase()));
afterEach(() => remove());

/** A process id that no process has: one that has just ended. */
async function deadPid(): Promise<number> {
  const child = Bun.spawn(["true"]);
  await child.exited;
  return child.pid;
}

const host = hostname().replace(/[^A-Za-z0-9-]/g, "_");

describe("a bell", () => {
  test("is heard by the one whose it is", async () => {
    const [mine, yours] = [await Bells.open(path), await Bells.open(path)];
    const heard = { mine: 0, yours: 0 };
    mine.listen(() => heard.mine++);
    yours.listen(() => heard.yours++);
    await until("the bell", () => mine.ring(yours.own) && heard.yours > 0);
    expect(heard.mine).toBe(0);
    mine.close();
    yours.close();
  });

  test("is taken down by who goes, and then there is none to ring", async () => {
    const [mine, yours] = [await Bells.open(path), await Bells.open(path)];
    yours.listen(() => {});
    expect(mine.ring(yours.own)).toBe(true);
    yours.close();
    expect(mine.ring(yours.own)).toBe(false);
    expect(readdirSync(`${path}.bells`)).toEqual([]);
  });

  test("of a dead process is known as such, and removed by the next who listens", async () => {
    const bells = await Bells.open(path);
    const dead = `${host}.${await deadPid()}.0`;
    const elsewhere = `${host}-elsewhere.${await deadPid()}.0`;
    mkdirSync(`${path}.bells`);
    for (const name of [dead, elsewhere]) writeFileSync(`${path}.bells/${name}`, "0");
    expect([bells.isDead(dead), bells.isDead(elsewhere), bells.isDead(bells.own)]).toEqual([true, false, false]);
    bells.listen(() => {});
    expect(readdirSync(`${path}.bells`).toSorted()).toEqual([elsewhere, bells.own].toSorted());
    bells.close();
  });

  test("of a database in memory makes no file", async () => {
    const bells = await Bells.open(":memory:");
    bells.listen(() => {});
    expect(bells.ring("anyone")).toBe(false);
    bells.close();
    expect(existsSync(":memory:.bells")).toBe(false);
  });
});
