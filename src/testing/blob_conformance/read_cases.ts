/** Blobs are read whole, in parts, and not at all. @module */
import assert from "node:assert/strict";
import { assertFails, assertSame, type BlobCases, noise, open, read } from "./bench.ts";

const LENGTH = 3_000_001;

/** Cases of reading. */
export const readCases: BlobCases = {
  async "A blob that is not there is null"(store) {
    assert.equal(await store.get("missing"), null);
    assert.equal(await store.head("missing"), null);
    assert.equal(await store.get("missing", { range: { offset: 5 } }), null);
  },

  async "A part is read from its offset on, and ends with the blob"(store) {
    const bytes = noise(LENGTH);
    await store.put("ranged", bytes);
    const ranges = [[0, 10], [0, LENGTH], [1_000_000, 1_100_000], [LENGTH - 1, 1], [LENGTH - 5, 100], [17, 1]] as const;
    for (const [offset, length] of ranges) {
      const part = await read(store, "ranged", { range: { offset, length } });
      assertSame(part, bytes.slice(offset, offset + length));
    }
    assertSame(await read(store, "ranged", { range: { offset: 2_000_000 } }), bytes.slice(2_000_000));
  },

  async "A part beyond the end, or of no length, is empty"(store) {
    await store.put("short", noise(10));
    for (const range of [{ offset: 10 }, { offset: 11, length: 5 }, { offset: 0, length: 0 }, { offset: 1_000_000 }]) {
      assert.equal((await read(store, "short", { range })).length, 0);
    }
    await store.put("none", new Uint8Array());
    assert.equal((await read(store, "none", { range: { offset: 0, length: 10 } })).length, 0);
  },

  async "With a part, the whole is told of"(store) {
    await store.put("told", noise(1_000), { type: "text/plain" });
    const { info, body } = await open(store, "told", { range: { offset: 990, length: 5 } });
    await body.cancel();
    assert.deepEqual([info.size, info.type, info.key], [1_000, "text/plain", "told"]);
  },

  async "A part that is none is refused"(store) {
    await store.put("ranged", noise(10));
    for (const range of [{ offset: -1 }, { offset: 0.5 }, { offset: 0, length: -1 }, { offset: NaN }]) {
      await assert.rejects(store.get("ranged", { range }), RangeError);
    }
  },

  async "A reader that stops early leaves the store in order"(store) {
    await store.put("long", noise(LENGTH));
    for (let time = 0; time < 20; time++) {
      const { body } = await open(store, "long");
      const reader = body.getReader();
      if (time % 2 === 0) await reader.read();
      await reader.cancel();
    }
    assertSame(await read(store, "long"), noise(LENGTH));
  },

  async "A signal ends a read in the middle"(store) {
    await store.put("long", noise(LENGTH));
    const [stop, reason] = [new AbortController(), new Error("enough")];
    const { body } = await open(store, "long", { signal: stop.signal });
    const reader = body.getReader();
    assert.equal((await reader.read()).done, false);
    stop.abort(reason);
    await assertFails(async () => {
      while (!(await reader.read()).done);
    }, reason);
    await assertFails(() => store.get("long", { signal: AbortSignal.abort(reason) }), reason);
  },

  async "Many readers read at once"(store) {
    const bytes = noise(LENGTH);
    await store.put("shared", bytes);
    const parts = Array.from({ length: 8 }, (_, index) => ({ offset: index * 300_000, length: 400_000 }));
    await Promise.all(parts.map(async ({ offset, length }) => {
      const part = await read(store, "shared", { range: { offset, length } });
      assertSame(part, bytes.slice(offset, offset + length));
    }));
  },
};
