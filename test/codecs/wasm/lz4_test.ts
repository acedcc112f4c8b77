/** Frames of the lz4 command are read, and it reads ours. Where the command is not installed, its checked-in frames remain. */

import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { ordersOf, randomFrom } from "../../support/orders.ts";
import { join, utf8 } from "./bytes.ts";
import { engines } from "./engines.ts";

const LIMIT = 64 << 20;
const orders = utf8(JSON.stringify(ordersOf(150_000)));
const random = randomFrom(3);
const noise = Uint8Array.from({ length: 3000 }, () => random() * 256);

/** What each frame in golden/ was made of; `golden/README.md` has the commands. */
const GOLDEN: readonly (readonly [string, Uint8Array])[] = [
  ["orders_default", orders],
  ["orders_linked_checked", orders],
  ["orders_best_unchecked", orders],
  ["noise", noise],
  ["zeros_linked", new Uint8Array(300_000)],
  ["empty", new Uint8Array(0)],
];

function golden(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`golden/${name}.lz4`, import.meta.url)));
}

describe.each(engines)("frames of lz4 1.9.4, read by %s", (_, engine) => {
  test.each(GOLDEN)("%s", (name, content) => {
    expect(engine.decompress(golden(name), LIMIT)).toEqual(new Uint8Array(content));
  });

  test("one after the other, with skippable frames between", () => {
    const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9);
    const frames = [
      skippable,
      golden("noise"),
      golden("empty"),
      skippable,
      skippable,
      golden("orders_default"),
      skippable,
    ];
    expect(engine.decompress(join(frames), LIMIT)).toEqual(join([noise, orders]));
  });
});

function lz4(args: readonly string[], input: Uint8Array): Uint8Array {
  const { status, stdout, stderr } = spawnSync("lz4", args, { input, maxBuffer: LIMIT });
  if (status !== 0) throw new Error(`lz4 ended with ${status}: ${stderr}`);
  return new Uint8Array(stdout);
}

const isInstalled = spawnSync("lz4", ["--version"]).status === 0;

// The command is a check from outside, and nothing of ours needs it: where it is not installed, the frames above stand for it.
describe.skipIf(!isInstalled)("the lz4 command", () => {
  const contents = [...GOLDEN.map(([, content]) => content), utf8(JSON.stringify(ordersOf(2_500_000)))];

  test.each(engines)("reads what %s compressed", (_, engine) => {
    for (const content of contents) {
      expect(lz4(["-dc"], engine.compress(content))).toEqual(new Uint8Array(content));
    }
  });

  test.each(engines)("reads the bytes inside what %s packed", (_, engine) => {
    for (const content of contents) {
      const packed = Buffer.from(engine.packBytes(content), "base64");
      expect(lz4(["-dc"], packed)).toEqual(new Uint8Array(content));
    }
  });

  test.each(engines)("writes what %s decompresses", (_, engine) => {
    for (
      const flags of [["-1"], ["-9", "-B4", "-BD"], ["-12", "-B5", "-BX"], ["-B6", "--no-frame-crc"], [
        "-B4",
        "-BD",
        "-BX",
      ]]
    ) {
      for (const content of contents) {
        expect(engine.decompress(lz4(["-zc", ...flags], content), LIMIT)).toEqual(new Uint8Array(content));
      }
    }
  });
});
