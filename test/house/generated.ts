/** Rule: every generated file is what its script would write now. */

import type { Problem } from "./house.ts";

/** A script and the files it writes. With `--check` it only compares, says what differs and ends with 1. */
export interface Generator {
  readonly script: string;
  readonly files: readonly string[];
}

/** Every script that writes files which are kept in the tree. Add a script and its `--check` here together. */
export const GENERATORS: readonly Generator[] = [
  { script: "scripts/doors.mjs", files: ["package.json", "tsconfig.json"] },
  { script: "scripts/build_lua.mjs", files: ["src/brokers/redis/scripts.gen.ts"] },
  { script: "scripts/build_wasm.mjs", files: ["src/codecs/wasm/codec.wasm", "src/codecs/wasm/codec.gen.ts"] },
];

/** The result of a script that compares. */
export interface Comparison {
  readonly exitCode: number;
  readonly output: string;
}

/** Files that differ from a fresh build, by the word of their scripts. */
export function checkFresh(generators: readonly Generator[], compare: (script: string) => Comparison): Problem[] {
  return generators.flatMap(({ script }) => {
    const { exitCode, output } = compare(script);
    return exitCode === 0 ? [] : [`${script}:1: ${output.trim()}`];
  });
}

/** Files that look generated and that no script answers for, and files of scripts that are not there. */
export function checkListed(generators: readonly Generator[], paths: readonly string[]): Problem[] {
  const listed = generators.flatMap(({ script, files }) => [script, ...files]);
  const unlisted = paths.filter((path) => /\.(gen\.ts|wasm)$/.test(path) && !listed.includes(path));
  return [
    ...unlisted.map((path) => `${path}:1: no script of test/house/generated.ts answers for this file`),
    ...listed.filter((path) => !paths.includes(path)).map((path) => `${path}:1: is listed as generated, but not there`),
  ];
}
