/** What JSON cannot carry is told of messages that wait, and of results. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../../src/cli/program.ts";
import { Worker } from "../../../src/worker/mod.ts";

const root = join(import.meta.dir, "../../..");
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "umbel-cli-inspect-"));
  const app = `import { Umbel } from ${JSON.stringify(join(root, "mod.ts"))};
import * as z from ${JSON.stringify(import.meta.resolve("zod"))};
export const app = new Umbel("flagged", {
  broker: ${JSON.stringify(`sqlite:${join(folder, "flagged.sqlite")}`)},
  logLevel: "silent",
});
export const age = app.task("age", { args: [z.any()] }, (user) => ({ ...user, days: 5n, seen: new Map([[1n, new Uint8Array(3)]]), file: new Blob(["text"]) }));`;
  await writeFile(join(folder, "tasks.ts"), app);
});

afterAll(() => rm(folder, { recursive: true }));

async function umbel(...args: string[]): Promise<string> {
  const out: string[] = [];
  const print = (line: string) => void out.push(line);
  expect([await runCli(["-A", "tasks", ...args], { print, tell: print, folder }), out]).toEqual([0, out]);
  return out.join("\n");
}

test("flags are shown of a message and of a result, which is written as JSON as far as that goes", async () => {
  const { app } = await import(join(folder, "tasks.ts"));
  const { id } = await app.send("age", [{ born: new Date(0), photo: new Blob(["photo"]) }]);
  expect(await umbel("inspect", "queue", "default")).toMatch(
    new RegExp(`^${id} +age +\\S+ .*args\\[0\\]\\.born: Date, args\\[0\\]\\.photo: Blob$`, "m"),
  );
  const worker = await Worker.start(app);
  await app.result(id).get({ timeout: "20s" });
  await worker.stop();
  await app.close();
  expect(JSON.parse(await umbel("result", id))).toMatchObject({
    id,
    state: "SUCCESS",
    data: {
      born: "1970-01-01T00:00:00.000Z",
      days: "5",
      seen: [["1", "3 bytes"]],
      file: { size: 4 },
      photo: { size: 5 },
    },
    flags: [
      ["result.born", "Date"],
      ["result.photo", "Ref"],
      ["result.days", "bigint"],
      ["result.seen", "Map"],
      ["result.seen.keys()[0]", "bigint"],
      ["result.seen.values()[0]", "Uint8Array"],
      ["result.file", "Blob"],
    ],
  });
});
