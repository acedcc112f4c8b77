/** Base64 gives the same text on every runtime, and refuses what is none. */

import assert from "node:assert/strict";
import { fromBase64Text, toBase64 } from "../../src/base/base64.ts";
import { test } from "../support/portable.ts";

test("bytes of every length come back", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length) & 0xff);
    const text = toBase64(bytes);
    assert.equal(text, btoa(String.fromCharCode(...bytes)));
    assert.deepEqual([...fromBase64Text(text)], [...bytes]);
  }
});

test("a part of a buffer gives its own bytes only", () => {
  const whole = Uint8Array.of(1, 2, 3, 4, 5, 6);
  assert.equal(toBase64(whole.subarray(2, 4)), "AwQ=");
});

test("a long text needs no deep stack", () => {
  const bytes = new Uint8Array(300_000).fill(255);
  assert.equal(toBase64(fromBase64Text(toBase64(bytes))), toBase64(bytes));
});

test("what is no base64 is refused", () => {
  for (const text of ["A", "AA", "AAA", "A===", "AA=A", "AAA*", "AA-_", "====", "AAAA="]) {
    assert.throws(() => fromBase64Text(text), SyntaxError, text);
  }
});
