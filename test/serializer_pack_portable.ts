/** Long values go through the real packing on every runtime, and come back the same. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { msgpackCodec } from "../src/codecs/msgpack_codec.ts";
import { lz4 } from "../src/codecs/wasm/mod.ts";
import { createSerializer, PACK_FROM } from "../src/serializer.ts";
import { test } from "./support/portable.ts";
import { sampleClasses } from "./support/rich_samples.ts";
import { jsonValues, richValues } from "./support/rich_values.ts";
import { difference } from "./support/same.ts";

const options = { rich: msgpackCodec, pack: lz4, classes: sampleClasses() };
const serializer = createSerializer(options);

test("a long JSON value is packed, and a short one is not", async () => {
  const list = (length: number) =>
    Array.from({ length }, (_, id) => ({ id, name: "The same for all", at: "2026-11-21" }));
  const long = await serializer.encode(list(1_000));
  assert.equal(long.enc, "json+lz4");
  assert(String(long.data).length * 5 < JSON.stringify(list(1_000)).length);
  assert.deepEqual(await serializer.decode(long), list(1_000));
  assert.equal((await serializer.encode(list(10))).enc, undefined);
});

test("a long rich value is packed as bytes", async () => {
  const value = { when: new Date(0), bytes: new Uint8Array(100_000), text: "ä\ud800".repeat(1_000) };
  const encoded = await serializer.encode(value);
  assert.equal(encoded.enc, "msgpack+lz4");
  assert(String(encoded.data).length < PACK_FROM);
  assert.equal(difference(await serializer.decode(encoded), value), undefined);
});

test("any value comes back the same, packed whatever its length", async () => {
  const eager = createSerializer({ ...options, packFrom: 0 });
  await fc.assert(
    fc.asyncProperty(fc.oneof(richValues(), jsonValues()), async (value) => {
      const got = await eager.decode(JSON.parse(JSON.stringify(await eager.encode(value))));
      assert.equal(difference(got, value), undefined);
    }),
    { numRuns: 200 },
  );
});

test("what is packed and was changed on its way is refused", async () => {
  const encoded = await serializer.encode({ text: "abc ".repeat(5_000) });
  const data = String(encoded.data);
  for (let at = 0; at < data.length; at += 7) {
    const changed = data.slice(0, at) + (data[at] === "A" ? "B" : "A") + data.slice(at + 1);
    if (changed === data) continue;
    assert.throws(() => serializer.decode({ ...encoded, data: changed }), { name: "DecodeError" });
  }
  const small = createSerializer({ ...options, unpackLimit: 1_000 });
  assert.throws(() => small.decode(encoded), { name: "DecodeError" });
});
