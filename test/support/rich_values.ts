/** Arbitrary values of all kinds that travel, for property tests. */

import fc from "fast-check";
import { Money } from "./rich_samples.ts";
import "./seed.ts";

/** Arbitrary values of JSON that travel: a key named `__proto__` is refused under every policy. */
export function jsonValues(): fc.Arbitrary<fc.JsonValue> {
  return fc.jsonValue({ noUnicodeString: false }).filter((value) => !JSON.stringify(value).includes("__proto__"));
}

/** Texts of any code units, half surrogate pairs and marks of encodings among them. */
const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("\ufeff", "\ufeffa", `\ufeff${"b".repeat(80)}`, "1e5", "007", "\ud83d"),
);

const key: fc.Arbitrary<string> = text.filter((name) => name !== "__proto__");

const bytes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 300 });

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  fc.boolean(),
  fc.constantFrom(null, undefined, NaN, Infinity, -Infinity, -0),
  fc.date({ noInvalidDate: false }),
  fc.webUrl().map((href) => new URL(href)),
  fc.constantFrom(/a/, /[\]/]+/giu, /\u{1f600}/u),
  bytes,
  bytes.map((array) => array.buffer),
  fc.float32Array(),
  fc.float64Array(),
  fc.int16Array(),
  fc.bigInt64Array(),
  fc.tuple(fc.bigInt(), text).map(([amount, currency]) => new Money(amount, currency)),
);

function withHoles(items: readonly unknown[]): unknown[] {
  const array: unknown[] = [];
  items.forEach((item, index) => {
    if (item !== undefined || index % 2 === 0) array[index] = item;
  });
  array.length = items.length;
  return array;
}

/** An error with whatever it holds. */
function errorOf([message, cause, fields]: [string, unknown, Record<string, unknown>]): Error {
  return Object.assign(new RangeError(message, { cause }), fields);
}

const FIELDS: fc.Arbitrary<string> = fc.constantFrom("code", "status", "détail");

/** Any value that can travel. Objects have no properties that are undefined: those are left out, as JSON does. */
export function richValues(): fc.Arbitrary<unknown> {
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.array(tie("value"), { maxLength: 5 }),
      fc.array(tie("value"), { maxLength: 5 }).map(withHoles),
      fc.dictionary(key, tie("value").map((value) => value ?? null), { noNullPrototype: true, maxKeys: 5 }),
      fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
      fc.array(tie("value"), { maxLength: 5 }).map((items) => new Set(items)),
      fc.tuple(text, tie("value"), fc.dictionary(FIELDS, tie("value").map((value) => value ?? null))).map(errorOf),
    ),
  })).value;
}
