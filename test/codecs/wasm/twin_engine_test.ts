/** The TypeScript twin yields the bytes of the compiled codec, and each reads the other's. */

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ordersOf, randomFrom } from "../../support/orders.ts";
import { utf8 } from "./bytes.ts";
import { twin, wasm } from "./engines.ts";

const LIMIT = 64 << 20;

function expectSame(bytes: Uint8Array): void {
  const packed = wasm.packBytes(bytes);
  expect(twin.packBytes(bytes)).toBe(packed);
  const frame = wasm.compress(bytes);
  expect(twin.compress(bytes)).toEqual(frame);
  for (const engine of [wasm, twin]) {
    expect(engine.unpackBytes(packed, LIMIT)).toEqual(new Uint8Array(bytes));
    expect(engine.decompress(frame, LIMIT)).toEqual(new Uint8Array(bytes));
  }
}

/** Bytes that repeat themselves in pieces, as data does: pieces of a small alphabet, noise and earlier pieces, shuffled. */
const repetitive = fc.array(fc.tuple(fc.nat(9), fc.nat(40), fc.nat(255)), { maxLength: 200 }).map((pieces) => {
  const bytes: number[] = [];
  for (const [kind, length, seed] of pieces) {
    const back = Math.max(0, bytes.length - 1 - seed * 3);
    for (let i = 0; i < length; i++) {
      if (kind < 5) bytes.push(bytes[back + i] ?? seed);
      else bytes.push(kind < 8 ? 97 + (seed + i) % 7 : (seed * 31 + i * i * 17) & 255);
    }
  }
  return Uint8Array.from(bytes);
});

describe("the same bytes", () => {
  test("from bytes of any kind", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), expectSame), { numRuns: 1500 });
  });

  test("from bytes that repeat themselves", () => {
    fc.assert(fc.property(repetitive, expectSame), { numRuns: 1500 });
  });

  test("from text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        fc.pre(text.isWellFormed());
        const packed = wasm.packText(text);
        expect(twin.packText(text)).toBe(packed);
        expect(packed).toBe(wasm.packBytes(utf8(text)));
        expect(wasm.unpackText(packed, LIMIT)).toBe(text);
        expect(twin.unpackText(packed, LIMIT)).toBe(text);
      }),
      { numRuns: 1500 },
    );
  });

  test("from JSON of any shape", () => {
    fc.assert(fc.property(fc.array(fc.json(), { maxLength: 20 }), (values) => expectSame(utf8(values.join()))), {
      numRuns: 300,
    });
  });

  test("from orders of all sizes", () => {
    for (const size of [200, 2_000, 20_000, 200_000, 2_500_000]) expectSame(utf8(JSON.stringify(ordersOf(size))));
  });

  test("from every length up to 300, of noise, zeros and a short period", () => {
    const random = randomFrom(11);
    const noise = Uint8Array.from({ length: 300 }, () => random() * 256);
    const period = Uint8Array.from({ length: 300 }, (_, i) => i % 3);
    for (let length = 0; length <= 300; length++) {
      for (const bytes of [noise, period, new Uint8Array(300)]) expectSame(bytes.subarray(0, length));
    }
  });

  test("around the sizes where blocks get larger, and over several blocks", () => {
    const random = randomFrom(12);
    const orders = utf8(JSON.stringify(ordersOf(1_200_000)));
    const noise = Uint8Array.from({ length: 1_200_000 }, () => random() * 256);
    for (const size of [1 << 16, 1 << 18, 1 << 20]) {
      for (const length of [size - 1, size, size + 1, size + 13]) {
        expectSame(orders.subarray(0, length));
        expectSame(noise.subarray(0, length));
      }
    }
    expectSame(new Uint8Array(3 << 20));
  });

  test("from a view into a larger buffer", () => {
    const bytes = utf8(JSON.stringify(ordersOf(5_000)));
    const roomy = new Uint8Array(bytes.length + 20);
    roomy.set(bytes, 7);
    expect(twin.packBytes(roomy.subarray(7, 7 + bytes.length))).toBe(wasm.packBytes(bytes));
    expect(wasm.compress(roomy.subarray(7, 7 + bytes.length))).toEqual(twin.compress(bytes));
  });
});
