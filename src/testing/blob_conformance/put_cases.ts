/** What is put comes back; what is not put whole does not appear. @module */
import assert from "node:assert/strict";
import { assertFails, assertSame, type BlobCases, noise, read, roundTrip, streamed, streamedThen } from "./bench.ts";

const MIB = 1_048_576;

/** Cases of putting. */
export const putCases: BlobCases = {
  async "Bytes of any length come back"(store) {
    for (const length of [0, 1, 2, 1_023, 65_536, 65_537, 300_000]) {
      const bytes = noise(length, length);
      await roundTrip(store, `bytes/${length}`, bytes, bytes);
    }
  },

  async "A stream of any chunks comes back"(store) {
    const bytes = noise(200_001);
    for (const lengths of [[200_001], [1, 9_999], [0, 100, 0], [65_536], [4_096, 1, 70_000]]) {
      await roundTrip(store, `stream/${lengths.join("-")}`, streamed(bytes, lengths), bytes);
    }
  },

  async "A stream of many megabytes comes back"(store) {
    const bytes = noise(17 * MIB + 5);
    await roundTrip(store, "large", streamed(bytes, [MIB + 3]), bytes);
  },

  async "An empty stream makes an empty blob"(store) {
    await roundTrip(store, "empty", streamed(new Uint8Array()), new Uint8Array());
    assert.equal((await store.head("empty"))?.size, 0);
  },

  async "A part of a buffer is put without the rest of it"(store) {
    const whole = noise(1_000);
    await roundTrip(store, "part", whole.subarray(100, 200), whole.slice(100, 200));
  },

  async "What is changed after it was put does not change the blob"(store) {
    const bytes = noise(1_000);
    await store.put("kept", bytes);
    bytes.fill(0);
    assertSame(await read(store, "kept"), noise(1_000));
    (await read(store, "kept")).fill(0);
    assertSame(await read(store, "kept"), noise(1_000));
  },

  async "A blob is told by its key, size, time and type"(store) {
    const before = Date.now() - 2_000;
    await store.put("images/a.png", noise(10), { type: "image/png" });
    const info = await store.head("images/a.png");
    assert(info !== null);
    const { created, ...rest } = info;
    assert.deepEqual(rest, { key: "images/a.png", size: 10, type: "image/png" });
    assert(created > before && created < Date.now() + 2_000, `created should be now: it is ${created}`);
    assert.deepEqual((await store.get("images/a.png"))?.info, info);
  },

  async "A put takes the place of the blob before, longer or shorter"(store) {
    for (const [length, type] of [[100_000, "text/a"], [10, undefined], [3 * MIB, "text/b"], [0, "text/c"]] as const) {
      const bytes = noise(length, length);
      assert.equal(await store.put("again", bytes, { type }), length);
      assertSame(await read(store, "again"), bytes);
      const info = await store.head("again");
      assert.deepEqual([info?.size, info?.type], [length, type]);
    }
  },

  async "Another instance over the same blobs sees them"(store, fixture) {
    await store.put("seen", noise(1_000), { type: "text/plain" });
    const other = await fixture.reopen();
    try {
      assertSame(await read(other, "seen"), noise(1_000));
      assert.deepEqual(await other.head("seen"), await store.head("seen"));
      await other.delete(["seen"]);
      assert.equal(await store.get("seen"), null);
    } finally {
      await other.close();
    }
  },

  async "A stream that fails in the middle leaves nothing"(store) {
    const error = new Error("the source broke");
    const broken = streamedThen(noise(9 * MIB), () => {
      throw error;
    });
    await assertFails(() => store.put("broken", broken), error);
    assert.equal(await store.get("broken"), null);
    assert.deepEqual((await store.list("")).blobs, []);
  },

  async "A stream that fails leaves the blob that was there"(store) {
    await store.put("stays", noise(1_000));
    const error = new Error("the source broke");
    const broken = streamedThen(noise(100_000, 2), (controller) => controller.error(error));
    await assertFails(() => store.put("stays", broken), error);
    assertSame(await read(store, "stays"), noise(1_000));
  },

  async "A signal ends a put that waits for its source, and cancels the source"(store) {
    await store.put("waits", noise(1_000));
    const [stop, reason] = [new AbortController(), new Error("enough")];
    let cancelled: unknown;
    const endless = streamedThen(noise(100_000, 2), () => {
      stop.abort(reason);
      return new Promise(() => {});
    }, (why) => cancelled = why);
    await assertFails(() => store.put("waits", endless, {}, { signal: stop.signal }), reason);
    assert.equal(cancelled, reason);
    assertSame(await read(store, "waits"), noise(1_000));
  },

  async "A signal that has aborted puts nothing"(store) {
    const reason = new Error("too late");
    await assertFails(() => store.put("never", noise(10), {}, { signal: AbortSignal.abort(reason) }), reason);
    assert.equal(await store.head("never"), null);
  },

  async "A key that is none is refused by each call"(store) {
    for (const key of ["", "/a", "a/", "a//b", "..", "a/../b", "a b", "ä", "x".repeat(201), "x/".repeat(256) + "x"]) {
      await assert.rejects(store.put(key, noise(1)), RangeError);
      await assert.rejects(store.get(key), RangeError);
      await assert.rejects(store.head(key), RangeError);
      await assert.rejects(store.delete([key]), RangeError);
    }
  },

  async "Keys of all letters, and of full length, are taken"(store) {
    for (const key of ["a-Z_0.9", "a/b/c", "..a/b..", `${"x".repeat(200)}/${"y".repeat(200)}/${"z".repeat(110)}`]) {
      await roundTrip(store, key, noise(10), noise(10));
    }
  },

  async "A closed store refuses each call"(_, fixture) {
    const store = await fixture.reopen();
    await store.close();
    await assert.rejects(store.put("a", noise(1)), TypeError);
    await assert.rejects(store.get("a"), TypeError);
    await assert.rejects(store.head("a"), TypeError);
    await assert.rejects(store.delete(["a"]), TypeError);
    await assert.rejects(store.list(""), TypeError);
    await store.close();
  },
};
