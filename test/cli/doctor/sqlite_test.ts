import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqlite } from "../../../src/brokers/sqlite/mod.ts";
import { checkSqlite } from "../../../src/cli/doctor/sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "umbel-doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function levels(path: string): Promise<Record<string, string>> {
  return Object.fromEntries((await checkSqlite(path)).map(({ what, level }) => [what, level]));
}

test("a file of a broker is sound", async () => {
  const path = join(folder, "good.sqlite");
  const broker = sqlite(path);
  await broker.queues();
  expect(await levels(path)).toMatchObject({ "file": "ok", "journal mode": "ok", "content": "ok", "log": "ok" });
  await broker.close();
});

test("a file that is not there is made by the first call", async () => {
  const [file] = await checkSqlite(join(folder, "new/deep/app.sqlite"));
  expect(file).toMatchObject({ level: "ok", found: expect.stringContaining("the first call makes it") });
  expect(await Array.fromAsync(new Bun.Glob("new/**").scan({ cwd: folder, onlyFiles: false }))).toEqual([]);
});

test("a URL without a file is told", async () => {
  expect(await checkSqlite("")).toEqual([
    {
      level: "change",
      what: "file",
      found: "the URL names none",
      advice: "name a file, such as sqlite:./data/app.sqlite",
    },
  ]);
});

test("another file has to be changed, and is left as it is", async () => {
  const path = join(folder, "notes.txt");
  writeFileSync(path, "no database, and long enough to have a header of one".repeat(10));
  expect(await checkSqlite(path)).toMatchObject([{ level: "change", what: "file" }]);
  expect(await Bun.file(path).text()).toStartWith("no database");
});

test("a database in memory is of one process", async () => {
  expect(await levels(":memory:")).toEqual({ file: "change" });
});
