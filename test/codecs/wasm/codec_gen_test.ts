/** The checked-in module is small, stands alone, and is the inlined one. `test/house` compares it with a fresh build. */

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { wasmBase64, wasmSize } from "../../../src/codecs/wasm/codec.gen.ts";

const wasm = readFileSync(new URL("../../../src/codecs/wasm/codec.wasm", import.meta.url));

test("the inlined module is the checked-in one", () => {
  expect(Buffer.from(wasmBase64, "base64").equals(wasm)).toBe(true);
  expect(wasmSize).toBe(wasm.length);
});

test("the module takes at most 4 KB gzipped, imports nothing, and bounds its memory", () => {
  expect(gzipSync(wasm, { level: 9 }).length).toBeLessThanOrEqual(4096);
  const module = new WebAssembly.Module(wasm);
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  const { memory } = new WebAssembly.Instance(module).exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("The module exports no memory");
  expect(memory.buffer.byteLength).toBe(4 * 65536);
  expect(() => memory.grow(2560)).toThrow(RangeError);
});
