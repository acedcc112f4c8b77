import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DecodeError } from "../../src/codecs/decode_error.ts";
import { packTree, unpackTree } from "../../src/codecs/msgpack.ts";
import { checkMessagePack, DEEPEST_TREE } from "../../src/codecs/msgpack_check.ts";
import { msgpackCodec } from "../../src/codecs/msgpack_codec.ts";
import type { Reviver } from "../../src/codecs/tagged_reader.ts";
import { TAGS } from "../../src/codecs/tags.ts";

const reviver: Reviver = {
  instance: (_, data) => data,
  reference: (number) => number,
};

function decode(bytes: Uint8Array): unknown {
  return msgpackCodec.decode(bytes, reviver);
}

function tagged(tag: keyof typeof TAGS, ...items: unknown[]): Uint8Array {
  return packTree([Uint8Array.of(TAGS[tag]), ...items]).slice();
}

describe("bytes that are no plain MessagePack", () => {
  test.each<[string, number[]]>([
    ["nothing", []],
    ["two values", [1, 2]],
    ["the byte that is never used", [0xc1]],
    ["a text cut short", [0xa5, 0x61]],
    ["bytes cut short", [0xc4, 9, 1]],
    ["a length cut short", [0xc6, 0, 0]],
    ["an array of four thousand million", [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ["a map of four thousand million", [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ["a map with half an entry", [0x81, 0xa1, 0x61]],
    ["a map with a number for a key", [0x81, 1, 1]],
    ["a map with a map for a key", [0x81, 0x80, 1]],
    ["a timestamp", [0xd6, 0xff, 0, 0, 0, 0]],
    ["an extension", [0xc7, 1, 5, 0]],
    ["a record definition", [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1]],
    ["a pointer", [0xd6, 0x70, 0, 0, 0, 1]],
    ["a 64-bit integer", [0xcf, 0, 0, 0, 0, 0, 0, 0, 1]],
    ["a negative 64-bit integer", [0xd3, 255, 255, 255, 255, 255, 255, 255, 255]],
    ["arrays nested beyond measure", [...new Array(DEEPEST_TREE + 1).fill(0x91), 1]],
  ])("%s is refused", (_, bytes) => {
    expect(() => decode(Uint8Array.from(bytes))).toThrow(DecodeError);
  });

  test("many arrays that each claim the rest are refused before anything is allocated", () => {
    const bytes = new Uint8Array(100_000);
    for (let at = 0; at + 5 < bytes.length; at += 5) bytes.set([0xdd, 0, 1, 0x86, 0x9b], at);
    expect(() => decode(bytes)).toThrow(DecodeError);
  });
});

describe("MessagePack that no writer of ours makes", () => {
  test.each<[string, Uint8Array]>([
    ["bytes without a tag", packTree({ a: new Uint8Array(2) }).slice()],
    ["an unknown tag", packTree([Uint8Array.of(99)]).slice()],
    ["an empty tag", packTree([new Uint8Array(0), 1]).slice()],
    ["a long tag", packTree([Uint8Array.of(1, 2), 1]).slice()],
    ["a number out of the list", tagged("number", 4)],
    ["half of a number", tagged("number", 0.5)],
    ["a date of no time", tagged("date", "now")],
    ["a bigint without digits", tagged("bigint", "")],
    ["a bigint of other text", tagged("bigint", "0x10")],
    ["a map with a key alone", tagged("map", 1, 2, 3)],
    ["an unreadable URL", tagged("url", "http://")],
    ["an unreadable pattern", tagged("regexp", "(", "")],
    ["unknown flags", tagged("regexp", "a", "zz")],
    ["an error of no fields", tagged("error", "Error", 1)],
    ["a view of no kind", tagged("view", "Function", new Uint8Array(1))],
    ["a view of half a number", tagged("view", "Int32Array", new Uint8Array(3))],
    ["a view of no bytes", tagged("view", "Int32Array", [1, 2])],
    ["half a code unit", tagged("text", new Uint8Array(3))],
    ["a key that would change a prototype", tagged("object", "__proto__", { admin: true })],
    ["a key that is no text", tagged("object", 1, 2)],
    ["an array that is too long", tagged("sparse", 2 ** 31)],
    ["an index outside its array", tagged("sparse", 2, 2, "x")],
    ["an index that is none", tagged("sparse", 2, "length", 5)],
  ])("is refused: %s", (_, bytes) => {
    expect(() => decode(bytes)).toThrow(DecodeError);
  });

  test("cannot change a prototype", () => {
    const key = new TextEncoder().encode("__proto__");
    const bytes = Uint8Array.of(
      0x81,
      0xa0 | key.length,
      ...key,
      0x81,
      0xa5,
      ...new TextEncoder().encode("admin"),
      0xc3,
    );
    const value = decode(bytes);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value).not.toHaveProperty("admin");
    const fields = tagged("error", "Error", { constructor: 1, toString: 2 });
    expect(decode(fields)).toBeInstanceOf(Error);
  });
});

describe("any bytes at all", () => {
  const inputs = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.constantFrom(0x81, 0x91, 0x92, 0xc4, 0xdc, 0xde, 0x01, 0x00, 0xa1, 0x61, 0xff, 0xc0, 0x0d, 0x05)).map((
      list,
    ) => Uint8Array.from(list)),
    fc.tuple(fc.constantFrom(...Object.values(TAGS)), fc.array(fc.jsonValue())).map(([tag, items]) =>
      packTree([Uint8Array.of(tag), ...items]).slice()
    ),
  );

  test("decode to a value or a DecodeError", () => {
    fc.assert(
      fc.property(inputs, (bytes) => {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 4_000 },
    );
  });

  test("pass the check only if the decoder takes them whole", () => {
    fc.assert(
      fc.property(inputs, (bytes) => {
        try {
          checkMessagePack(bytes);
        } catch {
          return;
        }
        unpackTree(bytes);
      }),
      { numRuns: 4_000 },
    );
  });

  test("that were good and lost or changed a byte never do harm", () => {
    const good = packTree([Uint8Array.of(TAGS.map), "a", { b: [1.5, "text", Uint8Array.of(TAGS.date)] }]).slice();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        for (const bytes of [good.subarray(0, at), good.with(at, byte)]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
