/** Runs a module in workerd, the runtime of Cloudflare Workers, as wrangler would bundle and deploy it. */

import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { Miniflare, type MiniflareOptions } from "miniflare";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The newest date that the workerd of the installed miniflare knows is a little later. */
export const COMPATIBILITY_DATE = "2026-04-01";

/** What a module is bundled and run with. */
export interface WorkerdOptions {
  readonly plugins?: Plugin[];
  /** Bindings and other options of miniflare. */
  readonly miniflare?: Partial<MiniflareOptions>;
}

/** The bundle of a module for workerd: one file, no package left out. */
export async function bundleForWorkerd(file: string, plugins: Plugin[] = []): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    bundle: true,
    conditions: ["workerd", "worker", "browser"],
    entryPoints: [file],
    // Only what runs with `nodejs_compat` may have any.
    external: ["node:*"],
    format: "esm",
    logLevel: "error",
    plugins,
    target: "es2024",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** Starts workerd with a module, which must export a `fetch` handler. Call `dispose()` on what it gives. */
export async function startWorkerd(file: string, options: WorkerdOptions = {}): Promise<Miniflare> {
  return await startScript(await bundleForWorkerd(file, options.plugins), options.miniflare);
}

/** Starts workerd with what a bundler has made of a module. */
export async function startScript(script: string, options: Partial<MiniflareOptions> = {}): Promise<Miniflare> {
  const miniflare = new Miniflare({
    ...options,
    compatibilityDate: COMPATIBILITY_DATE,
    // Named one by one: left to itself, miniflare follows every import that the bundle could make, also those it cannot.
    modules: [{ type: "ESModule", path: "worker.mjs", contents: script }],
  });
  await miniflare.ready;
  return miniflare;
}
