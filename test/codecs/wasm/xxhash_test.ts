/** xxHash32 and xxHash64 against the reference implementation's own check values. */

import { describe, expect, test } from "bun:test";
import { utf8 } from "./bytes.ts";
import { engines, twin, wasm } from "./engines.ts";

const PRIME = 2654435761;

/** The buffer that xxhsum checks itself with: the top byte of a number that squares itself. */
function sanityBuffer(): Uint8Array {
  const bytes = new Uint8Array(101);
  let generator = PRIME;
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = generator >>> 24;
    generator = Math.imul(generator, generator) >>> 0;
  }
  return bytes;
}

const HASH32 = [
  [0, 0, 0x02cc5d05],
  [0, PRIME, 0x36b78ae7],
  [1, 0, 0xb85cbee5],
  [1, PRIME, 0xd5845d64],
  [14, 0, 0xe5aa0ab4],
  [14, PRIME, 0x4481951d],
  [101, 0, 0x1f1aa412],
  [101, PRIME, 0x498ec8e2],
] as const;

const HASH64 = [
  [0, 0, 0xef46db3751d8e999n],
  [0, PRIME, 0xac75fda2929b17efn],
  [1, 0, 0x4fce394cc88952d8n],
  [1, PRIME, 0x739840cb819fa723n],
  [14, 0, 0xcffa8db881bc3a3dn],
  [14, PRIME, 0x5b9611585efcc9cbn],
  [101, 0, 0x0eab543384f878adn],
  [101, PRIME, 0xcaa65939306f1e21n],
] as const;

describe.each(engines)("%s", (_, engine) => {
  const buffer = sanityBuffer();

  test.each(HASH32)("xxHash32 of %d bytes with seed %d", (length, seed, hash) => {
    expect(engine.xxhash32(buffer.subarray(0, length), seed)).toBe(hash);
  });

  test.each(HASH64)("xxHash64 of %d bytes with seed %d", (length, seed, hash) => {
    expect(engine.xxhash64(buffer.subarray(0, length), BigInt(seed))).toBe(hash);
  });

  test("xxHash64 of text", () => {
    expect(engine.xxhash64(utf8("xxhash"), 0n)).toBe(0x32dd38952c4bc720n);
    expect(engine.xxhash64(utf8("Nobody inspects the spammish repetition"), 0n)).toBe(0xfbcea83c8a378bf1n);
  });

  test("a running hash is the hash of the whole, however it is cut", () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
    for (let step = 1; step <= 70; step++) {
      const state = engine.startHash();
      for (let at = 0; at < bytes.length; at += step) engine.updateHash(state, bytes.subarray(at, at + step));
      expect(engine.finishHash(state)).toBe(engine.xxhash32(bytes, 0));
    }
  });
});

test("a running hash may go from one implementation to the other", () => {
  const state = wasm.startHash();
  wasm.updateHash(state, utf8("half of it is added here, "));
  twin.updateHash(state, utf8("and half of it there"));
  expect(wasm.finishHash(state)).toBe(twin.finishHash(state));
  expect(twin.finishHash(state)).toBe(twin.xxhash32(utf8("half of it is added here, and half of it there"), 0));
});
