/** Rule: what a user's edge bundle takes from a door is small, and needs nothing of Bun, Node or Deno. */

import { build, type Metafile } from "esbuild";
import { gzipSync } from "node:zlib";
import type { House, Problem } from "./house.ts";
import { stepsOf } from "./floors.ts";
import { ROOT } from "./tree.ts";

/** What somebody builds for the edge, and the most that it may weigh, in bytes, minified and gzipped. */
export interface Budget {
  readonly name: string;
  readonly source: string;
  readonly bytes: number;
}

/** What a bundle weighs and what it takes from the host. */
export interface Bundle {
  readonly bytes: number;
  /** Imports left in the bundle: modules that a host would have to bring. */
  readonly hostModules: readonly string[];
  /** The files inside, heaviest first, with their share of the minified bytes. */
  readonly inputs: readonly { readonly path: string; readonly bytes: number }[];
}

const HOST_MODULES = ["node:*", "bun:*", "bun", "cloudflare:*"];

function inputsOf({ outputs }: Metafile): Bundle["inputs"] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput })).sort((a, b) => b.bytes - a.bytes);
}

const bundles = new Map<string, Promise<Bundle>>();

/** Bundles a module as an edge build would, in memory: one file, minified, with workerd's conditions. Each once. */
export function bundle(source: string): Promise<Bundle> {
  const known = bundles.get(source) ?? makeBundle(source);
  bundles.set(source, known);
  return known;
}

async function makeBundle(source: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    bundle: true,
    conditions: ["workerd", "worker"],
    external: HOST_MODULES,
    format: "esm",
    loader: { ".wasm": "copy" },
    logLevel: "silent",
    mainFields: ["module", "main"],
    metafile: true,
    minify: true,
    outdir: ".build/bundle",
    platform: "neutral",
    stdin: { contents: source, loader: "ts", resolveDir: ROOT, sourcefile: "entry.ts" },
    target: "es2022",
    tsconfig: "tsconfig.json",
    write: false,
  });
  const bytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
  const left = Object.values(metafile.outputs).flatMap(({ imports }) => imports).filter(({ external }) =>
    external === true
  );
  return { bytes, hostModules: [...new Set(left.map(({ path }) => path))].sort(), inputs: inputsOf(metafile) };
}

/** Bundles over their budget, with what is heaviest in them. */
export async function checkBudgets(budgets: readonly Budget[]): Promise<Problem[]> {
  const problems = budgets.map(async ({ name, source, bytes: most }) => {
    const { bytes, inputs } = await bundle(source);
    const heaviest = inputs.slice(0, 3).map(({ path, bytes }) => `${path} ${bytes}`).join(", ");
    return bytes <= most ? [] : [`${name}: ${bytes} bytes gzipped, it may have ${most}; minified: ${heaviest}`];
  });
  return (await Promise.all(problems)).flat();
}

/** Modules that a bundle would have to find at its host. */
export async function checkHostModules(budgets: readonly Pick<Budget, "name" | "source">[]): Promise<Problem[]> {
  const problems = budgets.map(async ({ name, source }) => {
    const { hostModules } = await bundle(source);
    return hostModules.length === 0 ? [] : [`${name}: needs ${hostModules.join(", ")} of its host`];
  });
  return (await Promise.all(problems)).flat();
}

/** The files that a source reaches by imports. */
function reachable(house: House, source: string): Set<string> {
  const next = Map.groupBy(stepsOf(house), ({ from }) => from);
  const seen = new Set([source]);
  for (const path of seen) for (const { to } of next.get(path) ?? []) seen.add(to);
  return seen;
}

/** Names of the host that files of an edge-safe door use as they stand, rather than ask for on `globalThis`. */
export function checkHostGlobals(house: House, sources: readonly string[]): Problem[] {
  const paths = new Set(sources.flatMap((source) => [...reachable(house, source)]));
  return [...paths].flatMap((path) =>
    (house.facts.get(path)?.globals ?? []).map(({ word, line }) =>
      `${path}:${line}: ${word} is not everywhere: ask for it on globalThis`
    )
  );
}
