/** Rule: nothing is left half done, and nothing tells of the machine it was written on. */

import type { House, Problem } from "./house.ts";

// Each pattern is written so that it does not match itself.
const PATTERNS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a reminder of work left", /\b(TO[D]O|FIX[M]E|X[X]X|HAC[K])\b/],
  ["a path of one machine", /(^|[\s"'`(=:])\/(wor[k]|far[m]|roo[t]|hom[e]\/\w+)\/|\/bash[_]jobs|[A-Z]:\\Use[r]s\\/],
  ["the host of a package registry", /registry\.(npm[j]s|yarn[p]kg)|npm\.js[r]\.io|deb[.]debian[.]org|pypi[.]org/],
];

/** Lock files hold checksums, in which any word may come up. */
const EXEMPT = new Set(["package-lock.json"]);

/** Lines with a word that does not belong into the tree. */
export function checkWords({ files }: House): Problem[] {
  return [...files].filter(([path]) => !EXEMPT.has(path)).flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) =>
      PATTERNS.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${path}:${index + 1}: ${what}`)
    )
  );
}

/** Addresses of packages in a lock file, which would bind it to one registry. */
export function checkLock({ files }: House): Problem[] {
  const lock = files.get("package-lock.json") ?? "";
  return /"resolved": "https?:/.test(lock) ? ["package-lock.json:1: the host of a package registry"] : [];
}
