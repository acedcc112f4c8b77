import { describe, expect, test } from "bun:test";
import { ClassCodecs } from "../src/codecs/class_codec.ts";
import { DecodeError } from "../src/codecs/decode_error.ts";
import { msgpackCodec } from "../src/codecs/msgpack_codec.ts";
import type { PackCodec } from "../src/codecs/pack_codec.ts";
import { SerializationError } from "../src/codecs/serialization_error.ts";
import { createSerializer, type Serializer } from "../src/serializer.ts";

const full = createSerializer({ rich: msgpackCodec });
const lean = createSerializer();

class Point {
  constructor(readonly x: number, readonly y: number) {}
}

/** Packs by writing each character once and how often it stands there: short for what is all the same. */
const runs: PackCodec = {
  name: "runs",
  pack: (data) => {
    const text = typeof data === "string" ? data : String.fromCharCode(...data);
    return text.replaceAll(/(.)\1*/gs, (run, character: string) => `${run.length};${character}`);
  },
  unpackText: (packed, { maxBytes }) =>
    packed.replaceAll(/(\d+);(.)/gs, (_, length: string, character: string) => {
      if (Number(length) > maxBytes) throw new RangeError("too long");
      return character.repeat(Number(length));
    }),
  unpackBytes(packed, limits) {
    return Uint8Array.from(runs.unpackText(packed, limits), (character) => character.charCodeAt(0));
  },
};

function packing(limit = 1_000_000): Serializer {
  return createSerializer({ rich: msgpackCodec, pack: runs, packFrom: 100, unpackLimit: limit });
}

describe("plain values", () => {
  test("travel as the very value they are", () => {
    const value = { args: [{ a: [1, "two", null, true] }] };
    expect(full.encode(value)).toEqual({ data: value });
    expect(lean.decode({ data: value })).toBe(value);
  });

  test("that are undefined travel as nothing", () => {
    expect(full.encode(undefined)).toEqual({});
    expect(full.decode({})).toBeUndefined();
  });

  test("with a lone surrogate stay JSON, flagged", () => {
    expect(full.encode({ s: "\ud800" })).toEqual({ data: { s: "\ud800" }, flags: [["s", "lone surrogate"]] });
    const long = { pad: "x".repeat(200), list: ["\udfff"] };
    expect(packing().encode(long)).toMatchObject({ enc: "json+runs", flags: [["list[0]", "lone surrogate"]] });
  });

  test("that toJSON gave travel in place of its object", () => {
    expect(full.encode([{ toJSON: () => ({ a: 1 }) }])).toEqual({ data: [{ a: 1 }] });
  });
});

describe("rich values", () => {
  test("travel as MessagePack, flagged", () => {
    const encoded = full.encode({ args: [new Date(0), 1n] });
    expect(encoded).toMatchObject({ enc: "msgpack", flags: [["args[0]", "Date"], ["args[1]", "bigint"]] });
    expect(full.decode(Object(encoded))).toEqual({ args: [new Date(0), 1n] });
  });

  test("are refused by the policy of the call, the serializer, or for want of a codec", () => {
    const strict = createSerializer({ rich: msgpackCodec, policy: "strict" });
    expect(() => full.encode([1n], { policy: "strict" })).toThrow(SerializationError);
    expect(() => strict.encode([1n])).toThrow(SerializationError);
    expect(strict.encode([1n], { policy: "rich" })).toMatchObject({ enc: "msgpack" });
    expect(() => lean.encode([1n], { root: "result" })).toThrow(
      "Cannot send result as all of it must be able to travel: result[0] is bigint " +
        "(give the serializer a rich codec, or send a text or a number for it)",
    );
  });

  test("are told by a bounded number of flags", () => {
    const { flags } = Object(full.encode(Array.from({ length: 1_000 }, () => 1n)));
    expect(flags).toHaveLength(64);
    expect(flags.slice(-2)).toEqual([["[62]", "bigint"], ["…", "937 more"]]);
  });

  test("do not share memory with what was sent or with the message", () => {
    const sent = new Uint8Array([1, 2, 3]);
    const encoded = Object(full.encode({ sent, float: new Float64Array([1]) }));
    sent[0] = 9;
    const { sent: got, float } = Object(full.decode(encoded));
    expect(got).toEqual(new Uint8Array([1, 2, 3]));
    expect(got.buffer.byteLength).toBe(3);
    expect(float.buffer.byteLength).toBe(8);
  });

  test("nested as deep as may be come back", () => {
    let value: unknown = 1n;
    for (let level = 0; level < 512; level++) {
      value = level % 3 === 0 ? [value] : level % 3 === 1 ? new Map([["in", value]]) : new Error("e", { cause: value });
    }
    let got = full.decode(Object(full.encode(value)));
    for (let level = 511; level >= 0; level--) {
      got = level % 3 === 0 ? Object(got)[0] : level % 3 === 1 ? Object(got).get("in") : Object(got).cause;
    }
    expect(got).toBe(1n);
  });
});

describe("instances of registered classes", () => {
  function withPoints(): Serializer {
    const serializer = createSerializer({ rich: msgpackCodec });
    serializer.classes.add({
      name: "Point",
      match: (value) => value instanceof Point,
      encode: ({ x, y }): [number, number] => [x, y],
      decode: ([x, y]) => new Point(x, y),
    });
    return serializer;
  }

  test("come back as instances, in each other too", () => {
    const serializer = withPoints();
    serializer.classes.add({
      name: "Path",
      match: (value) => value instanceof Set,
      encode: (points) => [...points],
      decode: (points) => new Set(points),
    });
    const value = { path: new Set([new Point(1, 2), new Point(NaN, -0)]) };
    expect(serializer.decode(Object(serializer.encode(value)))).toEqual(value);
  });

  test("need their codec at both ends", () => {
    const encoded = Object(withPoints().encode(new Point(1, 2)));
    expect(encoded.flags).toEqual([["value", "class Point"]]);
    expect(() => full.decode(encoded)).toThrow(/instance of "Point" as its class must have a codec here too/);
    expect(() => full.encode(new Point(1, 2))).toThrow(/value is instance of Point \(register a codec for the class/);
  });

  test("share a list of codecs that is given", () => {
    const classes = new ClassCodecs();
    expect(createSerializer({ classes }).classes).toBe(classes);
  });
});

describe("long values", () => {
  const json = { list: "a".repeat(400) };
  const rich = { bytes: new Uint8Array(400) };

  test("are packed where that makes them shorter", () => {
    const encoded = Object(packing().encode(json));
    expect(encoded.enc).toBe("json+runs");
    expect(encoded.data.length).toBeLessThan(100);
    expect(packing().decode(encoded)).toEqual(json);
    const richly = Object(packing().encode(rich));
    expect(richly).toMatchObject({ enc: "msgpack+runs", flags: [["bytes", "Uint8Array"]] });
    expect(packing().decode(richly)).toEqual(rich);
  });

  test("travel as they are where packing makes them longer", () => {
    const value = { text: Array.from({ length: 400 }, (_, index) => String.fromCharCode(97 + (index % 26))).join("") };
    expect(Object(packing().encode(value)).data).toBe(value);
    const noise = { bytes: Uint8Array.from({ length: 400 }, (_, index) => index % 256) };
    expect(packing().encode(noise)).toMatchObject({ enc: "msgpack" });
  });

  test("that claim to be longer than the limit are refused", () => {
    expect(() => packing(100).decode(Object(packing().encode(json)))).toThrow(DecodeError);
    expect(() => packing(100).decode(Object(packing().encode(rich)))).toThrow(DecodeError);
  });

  test("cannot change a prototype", () => {
    const data = runs.pack('{"__proto__":{"admin":true},"a":1}');
    expect(packing().decode({ data, enc: "json+runs" })).toEqual({ a: 1 });
  });
});

describe("what cannot be decoded", () => {
  test.each<[string, Serializer, string, unknown]>([
    ["an encoding that nobody has", full, "pickle", "x"],
    ["a packed value without the codec", full, "json+lz4", "x"],
    ["a rich value without the codec", lean, "msgpack", "wA=="],
    ["an encoding that holds no text", full, "msgpack", { a: 1 }],
    ["a text that is no base64", full, "msgpack", "***"],
    ["bytes that are no MessagePack", full, "msgpack", "kw=="],
    ["a packed text that is no JSON", packing(), "json+runs", "2;["],
    ["a reference without a store", full, "msgpack", "ksQBEAA="],
  ])("is told: %s", (_, serializer, enc, data) => {
    expect(() => serializer.decode({ enc, data })).toThrow(DecodeError);
  });
});
