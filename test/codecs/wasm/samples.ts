/** What the codec must come to on every runtime: fixed inputs, and the hash of what each is packed to. */

import {
  codecReport,
  compress,
  compressStream,
  decompress,
  decompressStream,
  pack,
  packBytes,
  unpack,
  unpackBytes,
  xxhash64,
} from "../../../src/codecs/wasm/mod.ts";
import { ordersOf, randomFrom } from "../../support/orders.ts";
import { join, utf8 } from "./bytes.ts";

/** The packed form of a short text, byte for byte. */
export const SHORT = {
  text: '{"id":7,"tags":["a","a","a","a","a","a","a","a"]}',
  packed: "XCpNGAgAAAB5qWFJKUM0ngQiTRhoQDEAAAAAAAAAfx8AAAD/BXsiaWQiOjcsInRhZ3MiOlsiYSIsBAAFUCJhIl19AAAAAA==",
};

/** The xxHash64 of what each sample is packed to. */
export const PACKED: Readonly<Record<string, string>> = {
  empty: "db618fa3da267ee0",
  text: "335e53d212a8baeb",
  "an order": "fbeb6be8ab2f13bb",
  "20 KB of orders": "4440030e4a883a3e",
  "1.5 MB of orders": "55d0e8890552dfeb",
  zeros: "203f24b033a202cd",
  noise: "8966e9ff635e5e47",
};

function samples(): Record<string, string | Uint8Array> {
  const random = randomFrom(31);
  return {
    empty: "",
    text: "grün 木 🌿 ".repeat(40),
    "an order": JSON.stringify(ordersOf(1_000)),
    "20 KB of orders": JSON.stringify(ordersOf(20_000)),
    "1.5 MB of orders": JSON.stringify(ordersOf(1_500_000)),
    zeros: new Uint8Array(100_000),
    noise: Uint8Array.from({ length: 70_000 }, () => random() * 256),
  };
}

const LIMITS = { maxBytes: 1 << 22 };

async function throughStreams(bytes: Uint8Array): Promise<Uint8Array> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 40_000) controller.enqueue(bytes.subarray(at, at + 40_000));
      controller.close();
    },
  });
  const reader = source.pipeThrough(compressStream()).pipeThrough(decompressStream(LIMITS)).getReader();
  const chunks: Uint8Array[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
  return join(chunks);
}

/** Packs and unpacks every sample in every way; what each packed text hashes to, and all that went wrong. */
export async function runSamples(): Promise<{ report: object; hashes: Record<string, string>; wrong: string[] }> {
  const hashes: Record<string, string> = {};
  const wrong: string[] = [];
  const check = (name: string, isGood: boolean): void => void (isGood || wrong.push(name));
  for (const [name, sample] of Object.entries(samples())) {
    const bytes = typeof sample === "string" ? utf8(sample) : sample;
    const hash = xxhash64(bytes);
    const packed = typeof sample === "string" ? pack(sample) : packBytes(sample);
    hashes[name] = xxhash64(utf8(packed)).toString(16);
    check(`${name}: pinned bytes`, hashes[name] === PACKED[name]);
    check(`${name}: text`, typeof sample !== "string" || unpack(packed, LIMITS) === sample);
    check(`${name}: bytes`, xxhash64(unpackBytes(packed, LIMITS)) === hash);
    check(`${name}: frame`, xxhash64(decompress(compress(bytes), LIMITS)) === hash);
    check(`${name}: stream`, xxhash64(await throughStreams(bytes)) === hash);
  }
  check("the short text", pack(SHORT.text) === SHORT.packed && unpack(SHORT.packed, LIMITS) === SHORT.text);
  return { report: codecReport(), hashes, wrong };
}
