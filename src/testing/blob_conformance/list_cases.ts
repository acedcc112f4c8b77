/** Blobs are listed and removed. @module */
import assert from "node:assert/strict";
import { type BlobCases, keysOf, noise } from "./bench.ts";

const KEYS = ["a", "a-b", "a.b", "a/b", "a/b-c", "a/b/c", "aa", "a0", "A", "b", "b/a", "_", "-"];

/** Cases of listing and deleting. */
export const listCases: BlobCases = {
  async "All blobs are listed by their keys in ascending order"(store) {
    for (const key of KEYS) await store.put(key, noise(1));
    const sorted = [...KEYS].sort();
    assert.deepEqual(await keysOf(store, ""), sorted);
    for (const limit of [1, 2, 3, 5, sorted.length, 1_000]) assert.deepEqual(await keysOf(store, "", limit), sorted);
  },

  async "A prefix selects by the letters of the key, not by folders"(store) {
    for (const key of KEYS) await store.put(key, noise(1));
    for (const prefix of ["a", "a/", "a/b", "a-", "b/a", "zzz", "a/b/c"]) {
      const expected = KEYS.filter((key) => key.startsWith(prefix)).sort();
      assert.deepEqual(await keysOf(store, prefix), expected);
      assert.deepEqual(await keysOf(store, prefix, 1), expected);
    }
  },

  async "A listed blob is told as by head"(store) {
    await store.put("x/1", noise(10), { type: "image/png" });
    await store.put("x/2", noise(20));
    const { blobs, cursor } = await store.list("x/");
    assert.equal(cursor, undefined);
    for (const [index, key] of ["x/1", "x/2"].entries()) {
      const { type: _listed, ...listed } = blobs[index] ?? assert.fail(`${key} should be listed`);
      const { type: _told, ...told } = (await store.head(key)) ?? assert.fail(`${key} should be there`);
      assert.deepEqual(listed, told);
    }
  },

  async "An empty store has an empty list"(store) {
    assert.deepEqual(await store.list(""), { blobs: [] });
  },

  async "What is put or removed between pages does not hide or repeat the others"(store) {
    const keys = Array.from({ length: 20 }, (_, index) => `k/${String(index * 2).padStart(2, "0")}`);
    for (const key of keys) await store.put(key, noise(1));
    const first = await store.list("k/", { limit: 7 });
    await store.put("k/05", noise(1));
    await store.put("k/39x", noise(1));
    await store.delete(["k/00", "k/12"]);
    const seen = first.blobs.map(({ key }) => key);
    for (let { cursor } = first; cursor !== undefined;) {
      const page = await store.list("k/", { limit: 7, cursor });
      seen.push(...page.blobs.map(({ key }) => key));
      cursor = page.cursor;
    }
    assert.deepEqual(seen.filter((key) => keys.includes(key)), keys);
    assert.equal(new Set(seen).size, seen.length);
  },

  async "A deleted blob is gone from every call"(store) {
    await store.put("gone", noise(3_000_000));
    await store.put("stays", noise(10));
    await store.delete(["gone", "missing"]);
    assert.equal(await store.get("gone"), null);
    assert.equal(await store.head("gone"), null);
    assert.deepEqual(await keysOf(store, ""), ["stays"]);
    await store.delete([]);
    await store.delete(["gone"]);
  },

  async "Many blobs are deleted at once"(store) {
    const keys = Array.from({ length: 120 }, (_, index) => `many/${index}`);
    await Promise.all(keys.map((key) => store.put(key, noise(5))));
    await store.delete(keys.slice(0, 110));
    assert.deepEqual(await keysOf(store, "many/"), keys.slice(110).sort());
  },
};
