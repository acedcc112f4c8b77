/**
 * Hostile input, some 300,000 pieces of it: both implementations come to the same content or the same refusal.
 *
 * The twin reads through a bounds-checked view, so agreeing with it says that the compiled codec reads nothing but its
 * input. `FUZZ_SEED` repeats a run; `FUZZ_FACTOR` makes it longer.
 */

import { afterAll, describe, expect, test } from "bun:test";
import process from "node:process";
import { isKernel } from "../../../src/codecs/wasm/kernel.ts";
import { compileInlined } from "../../../src/codecs/wasm/load.ts";
import { randomFrom } from "../../support/orders.ts";
import { type Outcome, outcomeOf, twin, wasm } from "./engines.ts";
import { between, type Frame, frameOf, mutate, noise, oneOf, type Random, repairHeader } from "./frames.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const factor = Number(process.env["FUZZ_FACTOR"] ?? 1);
const LIMITS = [0, 1, 100, 5_000, 70_000, 1 << 20];
const counts = new Map<string, number>();

console.log(`fuzz seed: ${seed} (FUZZ_SEED=${seed} repeats this run)`);
afterAll(() => console.log(`fuzz outcomes: ${JSON.stringify(Object.fromEntries([...counts].sort()))}`));

function isSame(a: Outcome<Uint8Array | string>, b: Outcome<Uint8Array | string>): boolean {
  if ("reason" in a || "reason" in b) return "reason" in a && "reason" in b && a.reason === b.reason;
  if (typeof a.value === "string" || typeof b.value === "string") return a.value === b.value;
  return Buffer.compare(a.value, b.value) === 0;
}

function count(outcome: Outcome<unknown>): void {
  const key = "reason" in outcome ? outcome.reason : "accepted";
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

type Content = Uint8Array | string;

/** Runs `call` on both engines and compares; the content must be within the limit. */
function compare(
  name: string,
  index: number,
  input: Content,
  limit: number,
  call: (engine: typeof wasm) => Content,
): void {
  const [compiled, plain] = [outcomeOf(() => call(wasm)), outcomeOf(() => call(twin))];
  count(compiled);
  const isBounded = "reason" in compiled || Buffer.byteLength(compiled.value) <= limit;
  if (isSame(compiled, plain) && isBounded) return;
  const shown = typeof input === "string" ? JSON.stringify(input) : Buffer.from(input).toString("hex");
  throw new Error(`${name}: differs at input ${index} of seed ${seed}, limit ${limit}: ${shown.slice(0, 20_000)}`);
}

function run(times: number, salt: number, one: (random: Random, index: number) => void): void {
  const random = randomFrom(seed + salt);
  for (let index = 0; index < times * factor; index++) one(random, index);
}

/** A header that is right, and anything behind it. */
function plausible(random: Random): Uint8Array<ArrayBuffer> {
  const bytes = noise(random, between(random, 0, 120));
  bytes.set([0x04, 0x22, 0x4d, 0x18].slice(0, bytes.length));
  if (bytes.length > 11) {
    bytes[4] = 0x40 | (random() < 0.5 ? 0x20 : 0) | (random() < 0.1 ? 8 : 0);
    bytes[5] = between(random, 4, 7) << 4;
    bytes[8] = oneOf(random, [0, 0, 1, 255]);
    bytes.fill(0, 9, random() < 0.7 ? 11 : 10);
    repairHeader(bytes);
  }
  return bytes;
}

/** Mutated frames, twelve of each valid one, since making that is what takes the time. */
function mutants(): (random: Random) => Uint8Array<ArrayBuffer> {
  let frame: Frame | undefined;
  let uses = 0;
  return (random) => {
    if (frame === undefined || uses++ % 12 === 0) frame = frameOf(random);
    return mutate(random, frame);
  };
}

describe("hostile input", () => {
  test("valid frames of every kind are read", () => {
    run(8_000, 1, (random, index) => {
      const { bytes, content } = frameOf(random);
      compare("valid", index, bytes, content.length, (engine) => engine.decompress(bytes, content.length));
      const outcome = outcomeOf(() => wasm.decompress(bytes, content.length));
      if (!isSame(outcome, { value: content })) throw new Error(`Misread valid frame ${index} of seed ${seed}`);
    });
  });

  test.each([20, 21])("mutated frames, part %d", (part) => {
    const mutant = mutants();
    run(65_000, part, (random, index) => {
      const bytes = mutant(random);
      const limit = oneOf(random, LIMITS);
      compare("mutated", index, bytes, limit, (engine) => engine.decompress(bytes, limit));
    });
  });

  test("random bytes, with and without a right header", () => {
    run(60_000, 3, (random, index) => {
      const bytes = random() < 0.8 ? plausible(random) : noise(random, between(random, 0, 60));
      const limit = oneOf(random, LIMITS);
      compare("random", index, bytes, limit, (engine) => engine.decompress(bytes, limit));
    });
  });

  test("mutated packed texts", () => {
    run(45_000, 4, (random, index) => {
      const packed = wasm.packBytes(noise(random, 4).fill(97, 1).subarray(0, between(random, 0, 4)));
      const frame = {
        bytes: new Uint8Array(Buffer.from(packed, "base64")),
        content: noise(random, 0),
        fields: [16, 20, 35],
      };
      const inside = random() < 0.5 ? mutate(random, frame) : frame.bytes;
      const text = Buffer.from(inside).toString("base64").split("");
      if (random() < 0.7) text[between(random, 0, text.length - 1)] = oneOf(random, [..."=Az+/-_ \n\0ßあ", ""]);
      const input = text.join("");
      const limit = oneOf(random, LIMITS);
      compare("packed", index, input, limit, (engine) => engine.unpackBytes(input, limit));
      compare("packed text", index, input, limit, (engine) => engine.unpackText(input, limit));
    });
  });

  test("single blocks with a history", () => {
    run(60_000, 5, (random, index) => {
      const block = noise(random, between(random, 0, 40));
      if (random() < 0.7 && block.length > 3) block.set([between(random, 0, 3) << 4 | between(random, 0, 15)]);
      const history = noise(random, between(random, 0, 300));
      const limit = oneOf(random, [0, 10, 100, 3_000]);
      compare("block", index, block, limit, (engine) => {
        const state = engine.startHash();
        const content = engine.decodeBlock(state, block, history, limit);
        return Buffer.concat([content, Buffer.from([engine.finishHash(state) & 255])]).subarray(0, content.length);
      });
    });
  });

  test("linear memory grows to what the input and the limit allow, no further", () => {
    const { exports } = new WebAssembly.Instance(compileInlined());
    if (!isKernel(exports)) throw new Error("The module lacks exports");
    const limit = 1 << 20;
    const allowed = exports.input() + limit + 4 * 65536;
    const mutant = mutants();
    run(20_000, 6, (random) => {
      const bytes = random() < 0.5 ? mutant(random) : plausible(random);
      exports.reserve(bytes.length);
      new Uint8Array(exports.memory.buffer, exports.input()).set(bytes);
      exports.decompress(bytes.length, limit);
    });
    expect(exports.memory.buffer.byteLength).toBeLessThanOrEqual(allowed);
  });
});
