/** The serializer gives the same bytes for every kind of value on every runtime, and the same value back. */

import assert from "node:assert/strict";
import fc from "fast-check";
import * as z from "zod/mini";
import { msgpackCodec } from "../src/codecs/msgpack_codec.ts";
import { createSerializer } from "../src/serializer.ts";
import { test } from "./support/portable.ts";
import { richSamples, sampleClasses } from "./support/rich_samples.ts";
import { jsonValues, richValues } from "./support/rich_values.ts";
import { difference } from "./support/same.ts";
import wire from "./wire/rich_values.json" with { type: "json" };

const encoded = z.object({
  data: z.optional(z.unknown()),
  enc: z.optional(z.string()),
  flags: z.optional(z.array(z.tuple([z.string(), z.string()]))),
});
const golden = z.parse(z.record(z.string(), encoded), wire);
const serializer = createSerializer({ rich: msgpackCodec, classes: sampleClasses() });

/** What a value is at the other end, by way of the text of a message. */
async function sent(value: unknown): Promise<unknown> {
  const text = JSON.stringify(await serializer.encode(value));
  return await serializer.decode(JSON.parse(text));
}

for (const [name, value] of Object.entries(richSamples())) {
  test(`the wire form of ${name} is the checked-in one`, async () => {
    assert.deepEqual(JSON.parse(JSON.stringify(await serializer.encode(value))), golden[name]);
    assert.equal(difference(await serializer.decode(golden[name] ?? {}), value), undefined);
  });
}

test("every checked-in form is of a sample", () => {
  assert.deepEqual(Object.keys(golden), Object.keys(richSamples()));
});

test("any value comes back the same", async () => {
  await fc.assert(
    fc.asyncProperty(richValues(), async (value) => {
      assert.equal(difference(await sent(value), value), undefined);
    }),
    { numRuns: 300 },
  );
});

test("any JSON comes back the same, and is not touched", async () => {
  await fc.assert(
    fc.asyncProperty(jsonValues(), async (value) => {
      const encoded = await serializer.encode(value);
      if (encoded.enc === undefined && encoded.flags === undefined) assert.equal(encoded.data, value);
      assert.equal(difference(await sent(value), value), undefined);
    }),
    { numRuns: 300 },
  );
});
