import { describe, expect, test } from "bun:test";
import vm from "node:vm";
import { ClassCodecs } from "../../src/codecs/class_codec.ts";
import type { RichValue } from "../../src/codecs/kinds.ts";
import { DEEPEST, LONGEST_SPARSE, survey } from "../../src/codecs/survey.ts";

function flags(value: unknown, classes: ClassCodecs = new ClassCodecs()): string[] {
  return survey(value, "", classes).flags.map(([path, kind]) => `${path}: ${kind}`);
}

class Money {
  constructor(readonly cents: number) {}
}

class Wallet {
  toJSON(): unknown {
    return { owner: "ada", opened: new Date(0) };
  }
}

describe("what JSON cannot carry", () => {
  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["NaN", NaN],
    ["Infinity", Infinity],
    ["-Infinity", -Infinity],
    ["-0", -0],
    ["bigint", 1n],
    ["lone surrogate", "a\ud800b"],
    ["Date", new Date()],
    ["Map", new Map()],
    ["Set", new Set()],
    ["URL", new URL("https://example.com")],
    ["RegExp", /a/],
    ["Error", new Error("no")],
    ["Error", new (class Broken extends RangeError {})("no")],
    ["Uint8Array", new Uint8Array(2)],
    ["Uint8Array", Buffer.from("ab")],
    ["Int16Array", new Int16Array(2)],
    ["Float64Array", new Float64Array(2)],
    ["BigUint64Array", new BigUint64Array(2)],
    ["DataView", new DataView(new ArrayBuffer(2))],
    ["Uint8Array", new Uint8Array(new SharedArrayBuffer(2))],
    ["ArrayBuffer", new ArrayBuffer(2)],
    ["SharedArrayBuffer", new SharedArrayBuffer(2)],
    ["Blob", new Blob(["a"])],
    ["File", new File(["a"], "a.txt")],
    ["ReadableStream", new ReadableStream()],
    ["sparse array", [1, , 3]],
    ["function", () => 1],
    ["function", class {}],
    ["symbol", Symbol("s")],
    ["instance of Promise", Promise.resolve()],
    ["instance of WeakMap", new WeakMap()],
    ["instance of Money", new Money(1)],
    ["instance of Number", Object(1)],
    ["instance of MyMap", new (class MyMap extends Map {})()],
    ["instance of Rows", new (class Rows extends Array {})()],
    ["instance of Map", new (class Map {})()],
    ["instance of a class without a name", Object.create({ a: 1 })],
  ])("%s is found", (kind, value) => {
    expect(flags({ found: [value] })).toEqual([`found[0]: ${kind}`]);
    expect(flags(value)).toEqual([`value: ${kind}`]);
  });

  test("is found of another realm too", () => {
    const foreign = vm.runInNewContext(`({
      plain: { list: [1, { a: 2 }] }, date: new Date(0), map: new Map([[1, 2]]), set: new Set(), pattern: /a/,
      error: new TypeError("no"), bytes: new Uint8Array(2), buffer: new ArrayBuffer(1), Own: new (class Own {})(),
    })`);
    expect(flags(foreign)).toEqual([
      "date: Date",
      "map: Map",
      "set: Set",
      "pattern: RegExp",
      "error: Error",
      "bytes: Uint8Array",
      "buffer: ArrayBuffer",
      "Own: instance of Own",
    ]);
  });

  test("is found on buffers that were transferred away", () => {
    const buffer = new ArrayBuffer(8);
    const value = { view: new Uint8Array(buffer, 2, 4), data: new DataView(buffer), buffer };
    structuredClone(buffer, { transfer: [buffer] });
    expect(flags(value)).toEqual(["view: detached buffer", "data: detached buffer", "buffer: detached buffer"]);
  });

  test("is a key that would change a prototype", () => {
    expect(flags(JSON.parse('{"a":{"__proto__":{"admin":true}}}'))).toEqual(["a.__proto__: __proto__ key"]);
  });

  test("is what throws when it is read, and the first thrown error is kept", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const error = new Error("first");
    const value = {
      get bad() {
        throw error;
      },
      ok: 1,
      proxy,
      get worse() {
        throw new Error("second");
      },
    };
    expect(flags(value)).toEqual(["bad: unreadable", "proxy: unreadable", "worse: unreadable"]);
    expect(survey(value, "", new ClassCodecs()).cause).toBe(error);
  });

  test("is a cycle, and an object that stands twice is none", () => {
    const shared = { a: 1 };
    const node: Record<string, unknown> = { shared, again: shared };
    node.map = new Map([["up", node]]);
    node.list = [node];
    expect(flags(node)).toEqual(["map: Map", "map.values()[0]: cycle", "list[0]: cycle"]);
  });

  test("is what is nested too deep", () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = [value];
      return value;
    };
    expect(flags(nested(DEEPEST))).toEqual([]);
    expect(flags(nested(DEEPEST + 1))).toEqual([`${"[0]".repeat(8)}…${"[0]".repeat(8)}: too deep`]);
  });

  test("is an array with holes that is long beyond measure, which is told at once", () => {
    const array: unknown[] = [];
    array[LONGEST_SPARSE] = 1;
    expect(flags({ array })).toEqual(["array: too sparse"]);
    array.length = 2 ** 32 - 1;
    expect(flags({ array })).toEqual(["array: too sparse"]);
  });
});

describe("paths", () => {
  test("are as people write them, outer values before inner ones", () => {
    const value = {
      args: [{ user: { born: new Date() } }, new Map<unknown, unknown>([["a", 1n], [new Set([NaN]), [undefined]]])],
      kwargs: { "first name": 1n, "ünïcode": 1n, 0: 1n, [`${"long ".repeat(20)}key`]: 1n },
    };
    expect(flags(value)).toEqual([
      "args[0].user.born: Date",
      "args[1]: Map",
      "args[1].keys()[1]: Set",
      "args[1].keys()[1].values()[0]: NaN",
      "args[1].values()[0]: bigint",
      "args[1].values()[1][0]: undefined",
      'kwargs["0"]: bigint',
      'kwargs["first name"]: bigint',
      "kwargs.ünïcode: bigint",
      'kwargs["long long long long long long long long …"]: bigint',
    ]);
  });

  test("begin with the name of the root", () => {
    const found = survey({ a: [1n] }, "result", new ClassCodecs());
    expect(found.flags).toEqual([["result.a[0]", "bigint"]]);
    expect(survey(1n, "result", new ClassCodecs()).flags).toEqual([["result", "bigint"]]);
  });
});

describe("the tree", () => {
  test("is a copy of what is plain, without properties that are undefined", () => {
    const value = { a: [1, "x", null, true], b: undefined, c: Object.assign(Object.create(null), { d: 1 }) };
    const { tree, rich } = survey(value, "", new ClassCodecs());
    expect(tree).toEqual({ a: [1, "x", null, true], c: { d: 1 } });
    expect(rich).toBe(false);
  });

  test("holds what a toJSON method gave, which is looked at in turn", () => {
    const found = survey({ w: new Wallet(), t: { toJSON: (key: string) => key.toUpperCase() } }, "", new ClassCodecs());
    expect(found.flags).toEqual([["w.opened", "Date"]]);
    expect(found.tree).toMatchObject({ w: { owner: "ada" }, t: "T" });
  });

  test("reads a getter once", () => {
    let reads = 0;
    const { tree } = survey(
      {
        d: 1n,
        get count() {
          return ++reads;
        },
      },
      "",
      new ClassCodecs(),
    );
    expect(tree).toMatchObject({ count: 1 });
    expect(reads).toBe(1);
  });

  test("never asks a value to become a primitive", () => {
    const trick = {
      a: 1n,
      [Symbol.toPrimitive]: () => {
        throw new Error("asked");
      },
      valueOf: 1,
      toString: 1,
    };
    expect(flags(trick)).toEqual(["a: bigint"]);
  });

  test("copies the bytes of a shared buffer, and no others", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    const own = new Uint8Array(2);
    const { tree } = survey([shared, own], "", new ClassCodecs());
    const [copied, same] = (tree as RichValue[]).map(({ content }) => content.form === "view" ? content.bytes : null);
    expect(copied?.buffer).toBeInstanceOf(ArrayBuffer);
    expect(same?.buffer).toBe(own.buffer);
  });
});

describe("class codecs", () => {
  function codecs(): ClassCodecs {
    const classes = new ClassCodecs();
    classes.add({
      name: "Money",
      match: (value) => value instanceof Money,
      encode: ({ cents }) => ({ cents: BigInt(cents) }),
      decode: ({ cents }) => new Money(Number(cents)),
    });
    return classes;
  }

  test("take instances wherever they stand", () => {
    expect(flags({ price: new Money(5) }, codecs())).toEqual(["price: class Money", "price.cents: bigint"]);
  });

  test("come before JavaScript's own objects and before toJSON", () => {
    const classes = new ClassCodecs();
    classes.add({
      name: "When",
      match: (value) => value instanceof Date,
      encode: (date) => date.getFullYear(),
      decode: (year) => new Date(year, 0),
    });
    expect(flags(new Date(), classes)).toEqual(["value: class When"]);
  });

  test("that throw make their value unreadable", () => {
    const classes = new ClassCodecs();
    const error = new Error("broken codec");
    classes.add({
      name: "Money",
      match: (value) => value instanceof Money,
      encode: (): number => {
        throw error;
      },
      decode: () => new Money(0),
    });
    const found = survey([new Money(1)], "", classes);
    expect(found.flags).toEqual([["[0]", "unreadable"]]);
    expect(found.cause).toBe(error);
  });

  test("need names of their own", () => {
    const classes = codecs();
    const again = {
      name: "Money",
      match: (value: unknown) => value instanceof Money,
      encode: () => 1,
      decode: () => new Money(1),
    };
    expect(() => classes.add(again)).toThrow(/name must be a text that no other codec has/);
    expect(() => classes.add({ ...again, name: "" })).toThrow(TypeError);
  });
});
