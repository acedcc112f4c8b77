/** Rule: each package of others comes in by one door, so that it can be replaced in one place. */

import type { House, Problem } from "./house.ts";
import { isLibrary } from "./tree.ts";

/** Where each package, and each database that a runtime brings, may be imported. */
export const VENDORS: Readonly<Record<string, readonly string[]>> = {
  "@upstash/redis": ["src/brokers/redis/"],
  "aws4fetch": ["src/blob_stores/"],
  "bun:sqlite": ["src/brokers/sqlite/"],
  "commander": ["src/cli/"],
  "hono": ["src/hono/", "src/dashboard/", "src/gateway/", "workers/"],
  "msgpackr": ["src/codecs/msgpack.ts"],
  "node:sqlite": ["src/brokers/sqlite/"],
  "zod": [
    "src/protocol/",
    "src/task/",
    "src/app/",
    "src/codecs/",
    "workers/contracts.ts",
  ],
};

/** The package of a specifier: `zod/mini` is of `zod`, `@a/b/c` of `@a/b`. */
function packageOf(specifier: string): string {
  if (/^(node|bun):/.test(specifier)) return specifier;
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function problemOf(path: string, specifier: string): string | undefined {
  const name = packageOf(specifier);
  const doors = VENDORS[name];
  if (doors === undefined) return name.startsWith("node:") ? undefined : `${name} is no known package: give it a door`;
  return doors.some((door) => path.startsWith(door)) ? undefined : `${name} comes in by ${doors.join(", ")} only`;
}

/** Packages that come in by another door than theirs. What Node brings is for the rule of edge-safe doors to judge. */
export function checkVendors({ facts }: House): Problem[] {
  return [...facts].filter(([path]) => isLibrary(path)).flatMap(([path, { imports }]) =>
    imports.filter(({ specifier }) => !specifier.startsWith(".")).flatMap(({ specifier, line }) => {
      const words = problemOf(path, specifier);
      return words === undefined ? [] : [`${path}:${line}: ${words}`];
    })
  );
}
