/** Values of every kind that JSON cannot carry, by name. `test/wire/rich_values.json` has what each is on the wire. */

import { ClassCodecs } from "../../src/codecs/class_codec.ts";

/** A class that travels by a codec. */
export class Money {
  constructor(readonly amount: bigint, readonly currency: string) {}
}

/** The codecs that the samples need. */
export function sampleClasses(): ClassCodecs {
  const classes = new ClassCodecs();
  classes.add({
    name: "Money",
    match: (value) => value instanceof Money,
    encode: ({ amount, currency }): [bigint, string] => [amount, currency],
    decode: ([amount, currency]) => new Money(amount, currency),
  });
  return classes;
}

/** Fresh sample values. */
export function richSamples(): Record<string, unknown> {
  return {
    date: new Date(Date.UTC(2026, 10, 21, 10, 0, 0, 123)),
    "date long ago": new Date(-62135596800001),
    "date that is none": new Date(NaN),
    "bigint": [0n, 1n, -1n, 255n, 2n ** 64n, -(2n ** 64n), 10n ** 100n],
    "odd numbers": [NaN, Infinity, -Infinity, -0],
    "numbers beside them": [
      NaN,
      0,
      1,
      -1,
      127,
      128,
      65_535,
      65_536,
      4_294_967_296,
      2 ** 53,
      -(2 ** 53),
      0.1,
      1e300,
      5e-324,
    ],
    "numeric texts": [NaN, "1", "1e5", "007", "NaN", "null", "true", ""],
    undefined: [undefined, null],
    map: new Map<unknown, unknown>([["a", 1], [new Date(0), new Map()], [{ key: 1 }, undefined], [NaN, [1n]]]),
    set: new Set<unknown>([1, "1", new Set([new Date(0)]), null]),
    url: new URL("https://ada:secret@example.com:8443/a/ä?b=c&d=%20#e"),
    regexp: [/a\/b[\]]+/giu, /\ud800/, new RegExp("")],
    error: withStack(
      new TypeError("no", {
        cause: withStack(Object.assign(new RangeError("inner"), { code: "E1", at: new Date(0) })),
      }),
    ),
    "error of a class": withStack(Object.assign(new Error("gone"), { name: "HttpError", status: 404 })),
    "error of many": withStack(new AggregateError([withStack(new SyntaxError("one")), 2], "several")),
    bytes: new Uint8Array([0, 1, 254, 255]),
    "part of a buffer": new Uint8Array([9, 9, 1, 2, 3, 9]).subarray(2, 5),
    "typed arrays": [
      new Int8Array([-1]),
      new Uint8ClampedArray([255]),
      new Int16Array([-2]),
      new Uint16Array([65_535]),
      new Int32Array([-3]),
      new Uint32Array([4_294_967_295]),
      new Float32Array([0.5, NaN]),
      new Float64Array([0.1, -0]),
      new BigInt64Array([-1n]),
      new BigUint64Array([2n ** 64n - 1n]),
      new DataView(new Uint8Array([1, 2, 3]).buffer, 1),
    ],
    "array buffer": new Uint8Array([1, 2, 3]).buffer,
    "lone surrogates": [NaN, "\ud800", "a\udfffb", "\ude00\ud83d", "whole: 😀"],
    "marks of encodings": [NaN, "\ufeff", "\ufefftext", `\ufeff${"long ".repeat(20)}`],
    "odd keys": {
      when: NaN,
      "\ud800": 1,
      "\ufeffkey": { "\udfff": "x" },
      constructor: 1,
      toJSON: 2,
      hasOwnProperty: 3,
      "": 4,
    },
    "sparse array": [1, , undefined, , new Date(0)],
    instances: { price: new Money(12_34n, "EUR"), prices: new Map([["a", new Money(-1n, "USD")]]) },
    texts: [
      NaN,
      "é",
      "日本語",
      "👩‍👩‍👧",
      "\u0000\u001f\u2028",
      "x".repeat(31),
      "x".repeat(32),
      "é".repeat(200),
      "x".repeat(300),
    ],
    nested: { args: [{ user: { born: new Date(0), tags: new Set(["a"]) } }], kwargs: { at: [[[[1n]]]] } },
    empty: [NaN, {}, [], new Map(), new Set(), new Uint8Array(), new ArrayBuffer(0), ""],
  };
}

/** Gives an error a stack that is the same wherever it was made. */
function withStack<E extends Error>(error: E): E {
  error.stack = `${error.name}: ${error.message}\n    at sample`;
  return error;
}
