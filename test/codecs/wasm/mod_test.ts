/** The codec's own small door: what it packs, what it refuses, and in which words. */

import { describe, expect, test } from "bun:test";
import {
  CodecError,
  codecReport,
  compress,
  decompress,
  lz4,
  pack,
  packBytes,
  unpack,
  unpackBytes,
  xxhash32,
  xxhash64,
} from "../../../src/codecs/wasm/mod.ts";
import { createSerializer } from "../../../src/serializer.ts";
import { ordersOf } from "../../support/orders.ts";
import { utf8 } from "./bytes.ts";
import { engines, reasonOf } from "./engines.ts";

const LIMITS = { maxBytes: 1 << 20 };

describe("pack and unpack", () => {
  test.each([
    "",
    "a",
    "{}",
    "\0",
    "\uFEFFa byte order mark stays",
    "\uFFFD is a character like any other",
    "grün 木 🌿 ".repeat(500),
    JSON.stringify(ordersOf(20_000)),
  ])("bring back text %#", (text) => {
    expect(unpack(pack(text), LIMITS)).toBe(text);
    expect(unpackBytes(pack(text), LIMITS)).toEqual(utf8(text));
  });

  test("bring back bytes", () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i * i);
    expect(unpackBytes(packBytes(bytes), LIMITS)).toEqual(bytes);
  });

  test("a packed text is canonical base64 of a skippable frame with the xxHash64, then a frame", () => {
    const packed = Buffer.from(pack("to be, or not to be"), "base64");
    expect(packed.toString("base64")).toBe(pack("to be, or not to be"));
    expect(packed.readUInt32LE(0)).toBe(0x184d2a5c);
    expect(packed.readUInt32LE(4)).toBe(8);
    expect(packed.readBigUInt64LE(8)).toBe(xxhash64(utf8("to be, or not to be")));
    expect(packed.readUInt32LE(16)).toBe(0x184d2204);
    expect(decompress(packed, LIMITS)).toEqual(utf8("to be, or not to be"));
  });

  test("order-like JSON gets at least five times smaller, base64 included, from 200 KB on", () => {
    for (const size of [200_000, 2_000_000]) {
      const json = JSON.stringify(ordersOf(size));
      expect(json.length / pack(json).length).toBeGreaterThanOrEqual(5);
    }
  });

  test("a lone surrogate is refused, since UTF-8 would lose it", () => {
    expect(() => pack("half \uD83C")).toThrow(TypeError);
  });

  test("any alteration is noticed", () => {
    const packed = pack(JSON.stringify(ordersOf(2_000)));
    for (let at = 0; at < packed.length; at += 7) {
      const altered = packed.slice(0, at) + (packed[at] === "A" ? "B" : "A") + packed.slice(at + 1);
      expect(() => unpack(altered, LIMITS)).toThrow(CodecError);
    }
  });
});

describe.each(engines)("%s refuses", (_, engine) => {
  const text = JSON.stringify(ordersOf(3_000));
  const packed = engine.packText(text);
  const frame = engine.compress(utf8(text));
  const limit = 1 << 20;

  test("what is cut off", () => {
    expect(reasonOf(() => engine.unpackText("", limit))).toBe("truncated");
    expect(reasonOf(() => engine.unpackText(packed.slice(0, -8), limit))).toBe("truncated");
    expect(reasonOf(() => engine.unpackText(packed.slice(0, 11), limit))).toBe("truncated");
    for (const length of [0, 3, 7, 20, frame.length - 1]) {
      expect(reasonOf(() => engine.decompress(frame.subarray(0, length), limit))).toBe("truncated");
    }
  });

  test("content over the limit, and takes content at it", () => {
    const bytes = utf8(text);
    expect(engine.decompress(frame, bytes.length)).toEqual(bytes);
    expect(reasonOf(() => engine.decompress(frame, bytes.length - 1))).toBe("too-large");
    expect(reasonOf(() => engine.unpackText(packed, 0))).toBe("too-large");
  });

  test("a size that the blocks do not bear out, before it reserves anything", () => {
    const bomb = engine.compress(new Uint8Array(1000));
    const view = new DataView(bomb.buffer);
    view.setUint32(6, 60 << 20, true);
    bomb[14] = engine.xxhash32(bomb.subarray(4, 14), 0) >>> 8;
    expect(reasonOf(() => engine.decompress(bomb, 64 << 20))).toBe("corrupt");
  });

  test("a bomb: a megabyte from four kilobytes is within the format, and not within the limit", () => {
    const bomb = engine.compress(new Uint8Array(1 << 20));
    expect(bomb.length).toBeLessThan(4200);
    expect(reasonOf(() => engine.decompress(bomb, 1000))).toBe("too-large");
  });

  test("what is no LZ4 at all, an older LZ4, and a dictionary", () => {
    expect(reasonOf(() => engine.decompress(utf8('{"plain":1}'), limit))).toBe("not-lz4");
    expect(reasonOf(() => engine.decompress(Uint8Array.of(2, 0x21, 0x4c, 0x18, 0, 0, 0, 0), limit))).toBe("not-lz4");
    expect(reasonOf(() => engine.unpackText(Buffer.from(frame).toString("base64"), limit))).toBe("not-lz4");
    const withDictionary = frame.slice();
    withDictionary[4] = (withDictionary[4] ?? 0) | 1;
    withDictionary[14] = engine.xxhash32(withDictionary.subarray(4, 14), 0) >>> 8;
    expect(reasonOf(() => engine.decompress(withDictionary, limit))).toBe("unsupported");
  });

  test("other spellings of base64", () => {
    expect(reasonOf(() => engine.unpackText(` ${packed.slice(1)}`, limit))).toBe("not-base64");
    expect(reasonOf(() => engine.unpackText(packed.replace(/.$/, "\n"), limit))).toBe("not-base64");
    expect(reasonOf(() => engine.unpackText(`ä${packed.slice(1)}`, limit))).toBe("not-base64");
    expect(reasonOf(() => engine.unpackText(`${packed.slice(0, 40)}====${packed.slice(44)}`, limit))).toBe(
      "not-base64",
    );
    const padded = [engine.packText("a"), engine.packText("ab"), engine.packText("abc")].find((one) =>
      /[^=]=$/.test(one)
    );
    const leftOver = (padded ?? "").replace(/.=$/, (last) => `${String.fromCharCode(last.charCodeAt(0) + 1)}=`);
    expect(reasonOf(() => engine.unpackText(leftOver, limit))).toBe("not-base64");
  });

  test("bytes that are not text, where text is asked for", () => {
    const latin = engine.packBytes(Uint8Array.of(0x67, 0x72, 0xfc, 0x6e));
    expect(reasonOf(() => engine.unpackText(latin, limit))).toBe("not-text");
    expect(engine.unpackBytes(latin, limit)).toEqual(Uint8Array.of(0x67, 0x72, 0xfc, 0x6e));
  });

  test("a second frame, or anything else, behind a packed one", () => {
    const bytes = Buffer.from(packed, "base64");
    const longer = Buffer.concat([bytes, Buffer.alloc(3)]).toString("base64");
    expect(reasonOf(() => engine.unpackText(longer, limit))).toBe("corrupt");
  });

  test("a checksum that does not match", () => {
    const altered = frame.slice();
    altered[altered.length - 1] = (altered[altered.length - 1] ?? 0) ^ 1;
    expect(reasonOf(() => engine.decompress(altered, limit))).toBe("checksum");
    const bytes = Buffer.from(packed, "base64");
    bytes[8] = (bytes[8] ?? 0) ^ 1;
    expect(reasonOf(() => engine.unpackText(bytes.toString("base64"), limit))).toBe("checksum");
  });
});

describe("arguments", () => {
  test("a limit must be a whole number of bytes", () => {
    for (const maxBytes of [-1, 1.5, NaN, Infinity]) {
      expect(() => unpack(pack("x"), { maxBytes })).toThrow(RangeError);
    }
  });

  test("content over 64 MiB belongs into a stream", () => {
    const large = new Uint8Array((64 << 20) + 1);
    expect(() => compress(large)).toThrow(RangeError);
    expect(() => packBytes(large)).toThrow(RangeError);
    expect(() => pack("x".repeat(large.length))).toThrow(RangeError);
    expect(() => pack("é".repeat(large.length / 2 + 1))).toThrow(RangeError);
    expect(reasonOf(() => decompress(new Uint8Array(89 << 20), LIMITS))).toBe("too-large");
  });

  test("seeds wrap to their width", () => {
    expect(xxhash64(utf8("a"), -1n)).toBe(xxhash64(utf8("a"), 2n ** 64n - 1n));
    expect(xxhash32(utf8("a"), -1)).toBe(xxhash32(utf8("a"), 2 ** 32 - 1));
  });

  test("an error names neither the data nor a secret in it", () => {
    const secret = "hunter2hunter2hunter2hunter2";
    try {
      unpack(pack(secret).slice(0, -4), LIMITS);
      throw new Error("Expected a refusal");
    } catch (error) {
      expect(String(error)).toBe("CodecError: Cannot decode the data as it must be complete: it ends too early");
    }
  });
});

test("the serializer packs long values with it", async () => {
  const serializer = createSerializer({ pack: lz4 });
  const orders = ordersOf(20_000);
  const encoded = await serializer.encode(orders);
  expect(encoded.enc).toBe("json+lz4");
  expect(await serializer.decode(encoded)).toEqual(orders);
  expect(lz4.unpackBytes(lz4.pack(Uint8Array.of(1, 2, 3)), LIMITS)).toEqual(Uint8Array.of(1, 2, 3));
});

test("large content goes both ways, and the codec works on after it", () => {
  const large = new Uint8Array(40 << 20).fill(7);
  expect(decompress(compress(large), { maxBytes: large.length }).length).toBe(large.length);
  expect(unpack(pack("small"), LIMITS)).toBe("small");
});

test("the report names the compiled codec here", () => {
  expect(codecReport()).toEqual({ implementation: "wasm", moduleBytes: expect.any(Number) });
});
