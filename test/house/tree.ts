/** The text files of the repository: what git keeps, or would keep. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Texts by path, relative to the root of the repository. */
export type Files = ReadonlyMap<string, string>;

/** The folder of the repository. */
export const ROOT: string = join(import.meta.dir, "../..");

const BINARY = /\.(wasm|png|ico|woff2|gz)$/;

/** Every path of the tree. A file that is deleted but not yet committed is not part of it. */
export function treePaths(): string[] {
  const listing = Bun.spawnSync(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  if (listing.exitCode !== 0) throw new Error(`Cannot list the tree as git must work here: ${listing.stderr}`);
  return [...new Set(listing.stdout.toString().split("\0"))].filter((path) =>
    path !== "" && existsSync(join(ROOT, path))
  );
}

/** Reads every text of the tree. */
export function readTree(): Files {
  const texts = treePaths().filter((path) => !BINARY.test(path));
  return new Map(texts.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

/** Whether a path is of the library itself, which the strictest rules are for. */
export function isLibrary(path: string): boolean {
  return path.endsWith(".ts") && (/^(src|workers)\//.test(path) || path === "mod.ts");
}

/** Whether a file is written by a script. */
export function isGenerated(path: string): boolean {
  return path.endsWith(".gen.ts");
}
