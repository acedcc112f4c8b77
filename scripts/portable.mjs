// Runs the tests that are not Bun's alone, `*_portable.ts`, on Bun, Deno and Node.
//
// Bun and Deno run the sources. Node 20 cannot, so each file is bundled for it, without its packages, into `.build/`.

import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { countReport } from "./report.mjs";
import { bunPath, denoPath, root } from "./setup.mjs";

async function bundleForNode(files) {
  const { build } = await import("esbuild");
  const outdir = join(root, ".build/node");
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    bundle: true,
    entryPoints: files,
    external: ["bun:*"],
    format: "esm",
    logLevel: "error",
    outbase: root,
    outdir,
    outExtension: { ".js": ".mjs" },
    packages: "external",
    platform: "node",
    sourcemap: "inline",
    target: "node20",
  });
  return (file) => join(outdir, file.replace(/\.ts$/, ".mjs"));
}

function runners(bundleOf) {
  return [
    {
      runtime: "bun",
      command: bunPath(),
      args: (file, xml) => ["test", "--timeout", "60000", "--reporter=junit", `--reporter-outfile=${xml}`, `./${file}`],
    },
    {
      runtime: "deno",
      command: denoPath(),
      args: (file, xml) => ["test", "--quiet", "--allow-all", "--no-check", `--junit-path=${xml}`, file],
    },
    {
      runtime: "node",
      command: process.execPath,
      args: (file, xml) => [
        ...["--enable-source-maps", "--test"],
        ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
        ...["--test-reporter=junit", `--test-reporter-destination=${xml}`],
        bundleOf(file),
      ],
    },
  ];
}

/** A job for each of the files on each of the runtimes. */
export async function portableJobs(files, reports) {
  if (files.length === 0) return [];
  const bundleOf = await bundleForNode(files);
  return files.flatMap((file) =>
    runners(bundleOf).map(({ runtime, command, args }) => {
      const report = join(reports, `${runtime}__${basename(file)}.xml`);
      return {
        name: `${file} on ${runtime}`,
        command,
        args: args(file, report),
        timeoutMs: 300_000,
        count: (end) => countReport(report, end),
      };
    })
  );
}
