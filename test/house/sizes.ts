/** Rule: files and functions are small; most are very small. */

import type { House, Problem } from "./house.ts";
import { type Files, isGenerated, isLibrary } from "./tree.ts";

/** The most that the middle one, the one at nine tenths, and any one may have, in lines. */
export interface Bounds {
  readonly median: number;
  readonly p90: number;
  readonly most: number;
}

/** What a file may have. */
export const FILE_BOUNDS: Bounds = { median: 110, p90: 250, most: 400 };

/** What a function may have. */
export const FUNCTION_BOUNDS: Bounds = { median: 8, p90: 20, most: 60 };

interface Sized {
  readonly place: string;
  readonly lines: number;
}

function quantile(sorted: readonly Sized[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1]?.lines ?? 0;
}

function checkBounds(what: string, items: readonly Sized[], bounds: Bounds): Problem[] {
  const sorted = items.toSorted((a, b) => a.lines - b.lines);
  const tooLong = sorted.filter(({ lines }) => lines > bounds.most)
    .map(({ place, lines }) => `${place}: ${lines} lines, a ${what} may have ${bounds.most}`);
  const [median, p90] = [quantile(sorted, 0.5), quantile(sorted, 0.9)];
  if (median > bounds.median) {
    tooLong.push(`src:1: the median ${what} has ${median} lines, it may have ${bounds.median}`);
  }
  if (p90 > bounds.p90) tooLong.push(`src:1: a ${what} in ten has over ${p90 - 1} lines, it may have ${bounds.p90}`);
  return tooLong;
}

function filesIn(files: Files, isMeant: (path: string) => boolean): Sized[] {
  return [...files].filter(([path]) => isMeant(path) && !isGenerated(path))
    .map(([path, text]) => ({ place: `${path}:1`, lines: text.trimEnd().split("\n").length }));
}

/** Files of the library that are too long, one by one and on the whole; elsewhere, one by one. */
export function checkFileSizes({ files }: House): Problem[] {
  const isOther = (path: string): boolean => /\.(ts|mjs)$/.test(path) && !isLibrary(path);
  const noShape = { ...FILE_BOUNDS, median: Infinity, p90: Infinity };
  return [
    ...checkBounds("file", filesIn(files, isLibrary), FILE_BOUNDS),
    ...checkBounds("file", filesIn(files, isOther), noShape),
  ];
}

/** Functions of the library that are too long, one by one and on the whole. */
export function checkFunctionSizes({ facts }: House): Problem[] {
  const functions = [...facts].filter(([path]) => isLibrary(path) && !isGenerated(path))
    .flatMap(([path, { functions }]) =>
      functions.map(({ name, line, lines }) => ({ place: `${path}:${line}: ${name}`, lines }))
    );
  return checkBounds("function", functions, FUNCTION_BOUNDS);
}
