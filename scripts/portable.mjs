// Runs the tests that are not Bun's alone, `*_portable.ts`, on Bun, Deno and Node.
//
// Bun and Deno run the sources. Node 20 cannot, so each file is bundled for it, without its packages, into `.build/`. Where
// this Node is too old for SQLite, what needs that runs on a current one too.

import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { currentNode } from "./current_node.mjs";
import { countReport } from "./report.mjs";
import { bunPath, denoPath, root } from "./setup.mjs";

/** The files that say more on a current Node than on an older one. */
const FOR_CURRENT_NODE = /sqlite|front_door|imports/;

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

/** A runner of the test runner of a Node. */
function nodeRunner(runtime, command, bundleOf) {
  return {
    runtime,
    command,
    args: (file, xml) => [
      ...["--enable-source-maps", "--test"],
      ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
      ...["--test-reporter=junit", `--test-reporter-destination=${xml}`],
      bundleOf(file),
    ],
  };
}

function runners(bundleOf) {
  const current = currentNode();
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
    nodeRunner("node", process.execPath, bundleOf),
    ...current === undefined ? [] : [{ ...nodeRunner("current node", current, bundleOf), only: FOR_CURRENT_NODE }],
  ];
}

/** A job for each of the files on each of the runtimes. */
export async function portableJobs(files, reports) {
  if (files.length === 0) return [];
  const all = runners(await bundleForNode(files));
  return files.flatMap((file) =>
    all.filter(({ only }) => only === undefined || only.test(file)).map(({ runtime, command, args }) => {
      const report = join(reports, `${runtime.replace(" ", "_")}__${basename(file)}.xml`);
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
