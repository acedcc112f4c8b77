/** Rule: the types of the library have no holes. */

import type { House, Problem } from "./house.ts";
import { isLibrary } from "./tree.ts";

// Written with a class, so that this file does not hold what it looks for.
const SILENCED = /@ts[-](ignore|expect-error|nocheck)|deno[-]lint-ignore no-explicit-any/;

/** `any`, `as unknown as` and comments that silence the compiler. */
export function checkHoles({ files, facts }: House): Problem[] {
  const holes = [...facts].filter(([path]) => isLibrary(path)).flatMap(([path, { holes }]) =>
    holes.map(({ word, line }) => `${path}:${line}: ${word} is a hole in the types`)
  );
  const silenced = [...files].filter(([path]) => isLibrary(path)).flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) => {
      const match = SILENCED.exec(line);
      return match === null ? [] : [`${path}:${index + 1}: ${match[0]} silences the compiler`];
    })
  );
  return [...holes, ...silenced];
}
