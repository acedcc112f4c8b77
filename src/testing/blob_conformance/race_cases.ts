/** Calls at the same time do not get into each other. @module */
import assert from "node:assert/strict";
import { assertSame, type BlobCases, type Bytes, collect, keysOf, noise, open, read, streamed } from "./bench.ts";

const LENGTH = 2_500_000;

/** Cases of calls at the same time. */
export const raceCases: BlobCases = {
  async "Of puts under one key at once, one wins whole"(store) {
    const contents = Array.from({ length: 6 }, (_, seed) => noise(LENGTH - seed * 1_000, seed + 1));
    await Promise.all(contents.map((bytes) => store.put("fought", streamed(bytes, [100_000]))));
    const winner = await read(store, "fought");
    const seed = contents.findIndex(({ length }) => length === winner.length);
    assertSame(winner, contents[seed] ?? assert.fail("the winner should be one of them"));
    assert.deepEqual(await keysOf(store, ""), ["fought"]);
  },

  async "Puts under many keys at once are all kept"(store) {
    const keys = Array.from({ length: 24 }, (_, index) => `at-once/${index}`);
    await Promise.all(keys.map((key, index) => store.put(key, streamed(noise(50_000 + index, index), [7_777]))));
    for (const [index, key] of keys.entries()) assertSame(await read(store, key), noise(50_000 + index, index));
  },

  async "A read that has begun never gets parts of the blob put after it"(store) {
    const [before, after] = [noise(LENGTH, 1), noise(LENGTH, 2)];
    await store.put("replaced", before);
    const { body } = await open(store, "replaced");
    const [head, rest] = await begin(body);
    await store.put("replaced", after);
    await wholeOrNothing(rest, (tail) => assertSame(joined(head, tail), before));
    assertSame(await read(store, "replaced"), after);
  },

  async "A read that has begun gets all of a blob that is deleted, or fails"(store) {
    const bytes = noise(LENGTH, 1);
    await store.put("deleted", bytes);
    const { body } = await open(store, "deleted");
    const [head, rest] = await begin(body);
    await store.delete(["deleted"]);
    await wholeOrNothing(rest, (tail) => assertSame(joined(head, tail), bytes));
  },

  async "A blob is not seen before its last byte is in"(store) {
    let [give, given] = [() => {}, false];
    const bytes = noise(LENGTH);
    const gate = new Promise<void>((resolve) => give = resolve);
    const slow = new ReadableStream<Bytes>({
      async pull(controller) {
        if (given) return controller.close();
        given = true;
        controller.enqueue(bytes);
        await gate;
      },
    });
    const put = store.put("slow", slow);
    for (let look = 0; look < 5; look++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(await store.head("slow"), null);
      assert.deepEqual(await keysOf(store, ""), []);
    }
    give();
    assert.equal(await put, LENGTH);
    assertSame(await read(store, "slow"), bytes);
  },
};

/** The first chunk of a stream, and the stream of what follows. */
async function begin(body: ReadableStream<Bytes>): Promise<[Bytes, ReadableStream<Bytes>]> {
  const reader = body.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return [value ?? new Uint8Array(), body];
}

async function wholeOrNothing(rest: ReadableStream<Bytes>, check: (tail: Bytes) => void): Promise<void> {
  const tail = await collect(rest).catch(() => undefined);
  if (tail !== undefined) check(tail);
}

function joined(head: Bytes, tail: Bytes): Bytes {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
