/** The file blob store passes the suite on every runtime, and leaves nothing behind. */

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileBlobs } from "../../../src/blob_stores/file/mod.ts";
import { blobStoreConformance } from "../../../src/testing/blob_conformance/blob_conformance.ts";
import { test } from "../../support/portable.ts";

async function temporary(): Promise<string> {
  return await mkdtemp(join(tmpdir(), "umbel-blobs-"));
}

blobStoreConformance({
  name: "file",
  test,
  create: async () => {
    const folder = await temporary();
    return {
      store: fileBlobs(folder),
      reopen: () => Promise.resolve(fileBlobs({ folder })),
      async close() {
        const unfinished = await readdir(join(folder, "new")).catch(() => []);
        await rm(folder, { recursive: true, force: true });
        assert.deepEqual(unfinished, []);
      },
    };
  },
});

test("file: a blob's file begins with its content, under its own name", async () => {
  const folder = await temporary();
  await fileBlobs(folder).put("orders/7/receipt.txt", new TextEncoder().encode("paid\n"), { type: "text/plain" });
  const path = join(folder, "blobs", "orders~", "7~", "receipt.txt");
  assert((await readFile(path, "utf8")).startsWith('paid\n{"size":5,'));
  await rm(folder, { recursive: true });
});

test("file: a damaged file, or one of another kind, is no blob", async () => {
  const folder = await temporary();
  const store = fileBlobs(folder);
  await store.put("a", new Uint8Array(100));
  await store.put("b", new Uint8Array(100));
  await truncate(join(folder, "blobs", "a"), 90);
  await writeFile(join(folder, "blobs", "c"), "something else");
  assert.equal(await store.get("a"), null);
  assert.equal(await store.head("c"), null);
  assert.deepEqual((await store.list("")).blobs.map(({ key }) => key), ["b"]);
  await rm(folder, { recursive: true });
});

test("file: what a dead process left unfinished is removed a day later", async () => {
  const folder = await temporary();
  await fileBlobs(folder).put("a", new Uint8Array(1));
  for (const name of ["old", "young"]) await writeFile(join(folder, "new", name), "part");
  const yesterday = new Date(Date.now() - 90_000_000);
  await utimes(join(folder, "new", "old"), yesterday, yesterday);
  await fileBlobs(folder).put("b", new Uint8Array(1));
  assert.deepEqual(await readdir(join(folder, "new")), ["young"]);
  await rm(folder, { recursive: true });
});

test("file: folders come and go while blobs are put and deleted in them", async () => {
  const folder = await temporary();
  const store = fileBlobs(folder);
  await Promise.all(Array.from({ length: 40 }, async (_, index) => {
    await store.put(`shared/${index % 4}/${index}`, new Uint8Array(10));
    await store.delete([`shared/${index % 4}/${index}`]);
  }));
  assert.deepEqual(await store.list(""), { blobs: [] });
  await rm(folder, { recursive: true });
});
