import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../../src/cli/program.ts";
import { fileBlobs } from "../../../src/blob_stores/file/mod.ts";

const root = join(import.meta.dir, "../../..");
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "umbel-cli-blobs-"));
  const app = `import { ref, Umbel } from ${JSON.stringify(join(root, "mod.ts"))};
export const app = new Umbel("kept", {
  broker: ${JSON.stringify(`sqlite:${join(folder, "kept.sqlite")}`)},
  blobGrace: "0ms",
});
export const keep = app.task("keep", { args: [ref()] }, () => 1);`;
  await writeFile(join(folder, "tasks.ts"), app);
});

afterAll(() => rm(folder, { recursive: true }));

async function umbel(...args: string[]): Promise<string> {
  const out: string[] = [];
  const print = (line: string) => void out.push(line);
  expect(await runCli(["-A", "tasks", ...args], { print, tell: print, folder })).toBe(0);
  return out.join("\n");
}

test("blobs are listed, sized, and collected when no task needs them", async () => {
  expect(await umbel("blobs")).toBe(`0 blobs, 0 bytes in files in ${folder}/kept.sqlite.blobs`);
  const { app, keep } = await import(join(folder, "tasks.ts"));
  const { id } = await keep.delay(new Blob(["content"]));
  await app.close();
  const store = fileBlobs(join(folder, "kept.sqlite.blobs"));
  await store.put("values/00000000-0000-7000-8000-000000000000/orphan", new Uint8Array(5));
  const listed = await umbel("blobs");
  expect(listed).toMatch(new RegExp(`^values/${id}/\\S+ +${id} +7 +20\\S+ +yes$`, "m"));
  expect(listed).toMatch(/orphan .* 5 .* no$/m);
  expect(listed).toContain("2 blobs, 12 bytes in files in");
  expect(listed).toContain("1 of them are needed by no task; add --collect to remove them");
  const json = JSON.parse(await umbel("blobs", "--json", id));
  expect(json).toMatchObject({ count: 1, bytes: 7, unneeded: 0, blobs: [{ task: id, size: 7, needed: "yes" }] });
  expect(await umbel("blobs", "--collect")).toBe("1 of 2 blobs removed, 5 bytes");
  expect(await umbel("blobs", "--limit", "1")).toContain("1 blobs, 7 bytes");
});
