/** Rule: deno.json, package.json and the README's table have the same doors, and one version. */

import type { House, Problem } from "./house.ts";
import type { Files } from "./tree.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The manifest of a name, as the tree has it. */
export function manifestOf(files: Files, name: string): Manifest {
  return JSON.parse(files.get(name) ?? `{ "exports": {} }`);
}

/** The doors of deno.json with their sources: `{ "./worker": "src/worker/mod.ts" }`. */
export function sourcesOf(files: Files): Record<string, string> {
  const doors = Object.entries(manifestOf(files, "deno.json").exports);
  return Object.fromEntries(doors.map(([door, source]) => [door, String(source).replace(/^\.\//, "")]));
}

/** The doors that open the rows of the README's table: "| `@umbel/umbel/worker` | ... |". */
function readmeDoors(files: Files, name: string): string[] {
  const cells = (files.get("README.md") ?? "").matchAll(/^\|\s*`([^`|]+)`/gm);
  return [...cells].map(([, cell = ""]) => cell).filter((cell) => cell === name || cell.startsWith(`${name}/`))
    .map((cell) => cell.replace(name, "."));
}

function compare(where: string, has: readonly string[], wanted: readonly string[]): Problem[] {
  return [
    ...wanted.filter((door) => !has.includes(door)).map((door) => `${where}:1: lacks the door ${door} of deno.json`),
    ...has.filter((door) => !wanted.includes(door)).map((door) => `${where}:1: ${door} is no door of deno.json`),
    ...has.filter((door, index) => has.indexOf(door) < index).map((door) => `${where}:1: ${door} is there twice`),
  ];
}

/** Doors that one place has and another has not, and doors without a source. */
export function checkDoors({ files }: House): Problem[] {
  const sources = sourcesOf(files);
  const doors = Object.keys(sources);
  const packed = Object.keys(manifestOf(files, "package.json").exports).filter((door) => door !== "./package.json");
  const missing = doors.filter((door) => !files.has(sources[door] ?? ""));
  return [
    ...compare("package.json", packed, doors),
    ...files.has("README.md")
      ? compare("README.md", readmeDoors(files, manifestOf(files, "deno.json").name), doors)
      : [],
    ...missing.map((door) => `deno.json:1: the source of ${door} is not there`),
  ];
}

/** Places that say another version or name than deno.json. */
export function checkVersions({ files }: House): Problem[] {
  const [deno, pack] = [manifestOf(files, "deno.json"), manifestOf(files, "package.json")];
  const lock = manifestOf(files, "package-lock.json");
  const said: [string, string | undefined][] = [
    ["package.json", pack.version],
    ["package-lock.json", lock.version],
    ["src/cli/version.ts", /"(\d+\.\d+\.\d+[^"]*)"/.exec(files.get("src/cli/version.ts") ?? "")?.[1]],
  ];
  const problems = said.filter(([, version]) => version !== deno.version)
    .map(([where, version]) => `${where}:1: the version is ${deno.version} in deno.json, ${version} here`);
  return pack.name === deno.name ? problems : [...problems, `package.json:1: the name is ${deno.name} in deno.json`];
}
