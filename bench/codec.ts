/**
 * What packing costs and gains, against what a user would otherwise pick: `bun bench/codec.ts`.
 *
 * `--all` measures in Bun, Node, Deno and workerd, one after the other; `--quick` only shows that it works.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Effort, measure } from "./codec_runs.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const isQuick = process.argv.includes("--quick");
const effort: Effort = isQuick ? { heatMs: 1, heats: 1 } : { heatMs: 3, heats: 15 };

/** Room for the young, in MB, so that nothing is collected while allocations are counted. */
const ROOM = ["--min-semi-space-size=256", "--max-semi-space-size=256"];

function runtimeName(): string {
  const { bun, deno, node } = process.versions;
  return bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`;
}

async function bundle(
  file: string,
  outfile: string,
  platform: "node" | "browser",
): Promise<string> {
  const { build } = await import("esbuild");
  mkdirSync(`${here}.build`, { recursive: true });
  const path = `${here}.build/${outfile}`;
  const external = platform === "node" ? ["esbuild", "miniflare", "fflate", "msgpackr/*", "superjson"] : [];
  const conditions = platform === "node" ? [] : ["workerd"];
  await build({
    bundle: true,
    conditions,
    entryPoints: [`${here}${file}`],
    external,
    format: "esm",
    logLevel: "error",
    outfile: path,
    platform,
    target: "es2024",
  });
  return path;
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, [
    ...args,
    ...(isQuick ? ["--quick"] : []),
  ], { stdio: "inherit" });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}

async function inWorkerd(): Promise<void> {
  const { Miniflare } = await import("miniflare");
  const scriptPath = await bundle(
    "codec_worker.ts",
    "codec_worker.mjs",
    "browser",
  );
  const miniflare = new Miniflare({
    compatibilityDate: "2026-04-01",
    modules: true,
    scriptPath,
  });
  // Longer heats, since its clock is coarse.
  const body = JSON.stringify({
    heatMs: isQuick ? 2 : 30,
    heats: isQuick ? 1 : 7,
  });
  const response = await miniflare.dispatchFetch("http://bench.test/", {
    method: "POST",
    body,
  });
  console.log(await response.text());
  await miniflare.dispose();
}

console.log(await measure(runtimeName(), effort));
if (process.argv.includes("--all")) {
  run("node", ["--expose-gc", ...ROOM, await bundle("codec.ts", "codec.mjs", "node")]);
  run("deno", ["run", "--allow-all", "--no-check", `--v8-flags=--expose-gc,${ROOM.join(",")}`, `${here}codec.ts`]);
  await inWorkerd();
}
