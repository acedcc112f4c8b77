/** Rule: every file opens with a sentence that says what it is, and every export has a doc comment. */

import type { House, Problem } from "./house.ts";
import { isGenerated, isLibrary } from "./tree.ts";

/** Exports of the library without a doc comment. A re-export has that of its source. */
export function checkExports({ facts }: House): Problem[] {
  return [...facts].filter(([path]) => isLibrary(path)).flatMap(([path, { exports }]) =>
    exports.filter(({ isDocumented }) => !isDocumented)
      .map(({ name, line }) => `${path}:${line}: ${name} is exported and needs a doc comment`)
  );
}

/** Files of the library that do not open with a comment. */
export function checkOpenings({ files }: House): Problem[] {
  return [...files].filter(([path, text]) => isLibrary(path) && !isGenerated(path) && !/^(#!.*\n)?\s*\/[*/]/.test(text))
    .map(([path]) => `${path}:1: a file opens with a comment that says what it is`);
}
