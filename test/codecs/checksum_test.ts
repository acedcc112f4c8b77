import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Checksum } from "../../src/codecs/checksum.ts";
import { xxhash64 } from "../../src/codecs/wasm/mod.ts";

function sumOf(...chunks: Uint8Array[]): string {
  const sum = new Checksum();
  for (const chunk of chunks) sum.update(chunk);
  expect(sum.size).toBe(chunks.reduce((total, { length }) => total + length, 0));
  return sum.digest();
}

const bytes = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 131 + (index >> 7)) & 0xff);

describe("a checksum", () => {
  test("is the plain xxHash64 of up to 256 KiB", () => {
    for (const length of [0, 1, 1_000, 262_144]) {
      const part = bytes.subarray(0, length);
      expect(sumOf(part)).toBe(xxhash64(part).toString(16).padStart(16, "0"));
    }
    expect(sumOf()).toBe("ef46db3751d8e999");
  });

  test("seeds each further block with the sum before", () => {
    const first = xxhash64(bytes.subarray(0, 262_144));
    const second = xxhash64(bytes.subarray(262_144, 300_000), first);
    expect(sumOf(bytes.subarray(0, 300_000))).toBe(second.toString(16).padStart(16, "0"));
    expect(sumOf(bytes)).toBe("ce174d5a259fc134");
  });

  test("is the same in whatever chunks the bytes come", () => {
    const whole = sumOf(bytes);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1 }), (lengths) => {
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const length of lengths) {
          chunks.push(bytes.subarray(at, at + length));
          at = Math.min(bytes.length, at + length);
        }
        expect(sumOf(...chunks, bytes.subarray(at))).toBe(whole);
      }),
      { numRuns: 50 },
    );
  });

  test("differs where one bit does", () => {
    const whole = sumOf(bytes);
    for (const at of [0, 262_143, 262_144, 999_999]) {
      expect(sumOf(bytes.with(at, (bytes[at] ?? 0) ^ 1))).not.toBe(whole);
    }
  });
});
