/** A blob store is one behind a seal too, on every runtime; and it notices what was done to its blobs. */

import assert from "node:assert/strict";
import { memoryBlobs } from "../../../src/blob_stores/memory/mod.ts";
import { CHUNK, HEADER } from "../../../src/codecs/seal/blob_format.ts";
import { createSecretKey } from "../../../src/codecs/seal/seal_key.ts";
import { sealer } from "../../../src/codecs/seal/sealer.ts";
import { blobStoreConformance } from "../../../src/testing/blob_conformance/blob_conformance.ts";
import { test } from "../../support/portable.ts";

const seal = sealer({ keys: [createSecretKey("k1")] });

blobStoreConformance({
  name: "sealed",
  test,
  create: () => {
    const inner = memoryBlobs();
    return Promise.resolve({
      store: seal.blobs(inner),
      reopen: () => Promise.resolve(seal.blobs(inner.reopen())),
      close: () => inner.close(),
    });
  },
});

function content(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}

async function read(blob: { readonly body: ReadableStream<Uint8Array<ArrayBuffer>> } | null) {
  return new Uint8Array(await new Response(blob?.body).arrayBuffer());
}

test("any part of a sealed blob is what that part of its content is", async () => {
  const whole = content(3 * CHUNK + 10);
  const store = seal.blobs(memoryBlobs());
  assert.equal(await store.put("a", whole), whole.length);
  const edges = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK, 3 * CHUNK + 9, 3 * CHUNK + 10, 4 * CHUNK];
  for (const offset of edges) {
    for (const length of [0, 1, 2, CHUNK, CHUNK + 1, undefined]) {
      const end = length === undefined ? undefined : offset + length;
      const part = await read(await store.get("a", { range: { offset, length } }));
      assert.deepEqual(part, whole.slice(offset, end), `${length} from ${offset}`);
    }
  }
});

test("a blob is refused under another key, cut, or not sealed; a part of it too", async () => {
  const inner = memoryBlobs();
  const store = seal.blobs(inner);
  await store.put("a", content(2 * CHUNK + 5));
  const bytes = await read(await inner.get("a"));
  await inner.put("moved", bytes);
  await inner.put("cut", bytes.slice(0, -5 - 16));
  await inner.put("headless", bytes.slice(0, 50));
  await inner.put("bodiless", bytes.slice(0, HEADER));
  await inner.put("plain", content(500));
  for (const key of ["moved", "cut", "headless", "bodiless", "plain"]) {
    await assert.rejects(read(await store.get(key)), { name: "SealError" }, key);
    for (const range of [{ offset: 10 }, { offset: 2 * CHUNK, length: 2 }, { offset: 9 * CHUNK }]) {
      await assert.rejects(read(await store.get(key, { range })), { name: "SealError" }, `${key} from ${range.offset}`);
    }
  }
});

test("nothing of a blob is readable in the store", async () => {
  const inner = memoryBlobs();
  await seal.blobs(inner).put("a", new TextEncoder().encode("find me"));
  assert(!new TextDecoder().decode(await read(await inner.get("a"))).includes("find me"));
});
