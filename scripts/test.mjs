// Runs every check and test and closes with one plain line, "N passed, N failed": `npm test [-- PATTERN...]`.
//
// With patterns, only the Bun tests whose path contains one of them. Each tool (compiler, formatter, linter, publish check)
// counts as one test. Test files run in a process each, two at a time; those in test/live/ alone, after all others, since
// they kill processes or measure.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { killJobs, runJob } from "./job.mjs";
import { portableJobs } from "./portable.mjs";
import { ensureRedis } from "./redis.mjs";
import { add, closingLine, countReport, nothing } from "./report.mjs";
import { bunPath, denoPath, root, setup, toolEnvironment } from "./setup.mjs";

const MINUTE = 60_000;
const AT_ONCE = 2;

/** A command that passes when it ends with 0. */
function tool(name, command, args) {
  return {
    name,
    command,
    args,
    timeoutMs: 5 * MINUTE,
    count: ({ code }) => ({ ...nothing, [code === 0 ? "passed" : "failed"]: 1 }),
  };
}

function toolJobs() {
  const deno = denoPath();
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  return [
    tool("types: tsc", process.execPath, [tsc, "-p", "."]),
    tool("types of the library: tsc", process.execPath, [tsc, "-p", "tsconfig.src.json"]),
    tool("format: deno fmt --check", deno, ["fmt", "--check"]),
    tool("lint: deno lint", deno, ["lint"]),
  ];
}

/** One process of `bun test` for one file. The 60 s limit of a test is for loaded machines; no test should need it. */
function bunJob(file, reports) {
  const report = join(reports, `${file.replaceAll("/", "__")}.xml`);
  const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
  return {
    name: file,
    command: bunPath(),
    args: ["test", "--timeout", "60000", ...reporter, `./${file}`],
    timeoutMs: (file.startsWith("test/live/") ? 10 : 5) * MINUTE,
    count: (end) => countReport(report, end),
  };
}

function testFiles() {
  return readdirSync(join(root, "test"), { recursive: true }).map((path) => `test/${path.replaceAll("\\", "/")}`)
    .sort();
}

async function perform(job, total) {
  const end = await runJob(job.command, job.args, { cwd: root, env: testEnvironment(), timeoutMs: job.timeoutMs });
  const counts = job.count(end);
  const isGood = counts.failed === 0;
  const verdict = `${isGood ? "ok  " : "FAIL"} ${job.name} (${closingLine(counts)}, ${end.seconds.toFixed(1)} s)\n`;
  process.stdout.write(isGood ? verdict : `${verdict}${indent(shownOutput(end))}\n`);
  total.counts = add(total.counts, counts);
  if (!isGood) total.broken.push(job.name);
}

/** What is worth reading of a failure: not what passed, unless it hung, and not the middle of a flood. */
function shownOutput({ isLate, output }) {
  const lines = (isLate ? output : output.replace(/^\(pass\).*\n/gm, "")).trimEnd().split("\n");
  const cut = lines.length - 300;
  if (cut > 0) lines.splice(200, cut, `... ${cut} lines ...`);
  return lines.join("\n");
}

function indent(text) {
  return text.trimEnd().replace(/^/gm, "  | ");
}

function testEnvironment() {
  return { ...toolEnvironment(), NO_COLOR: "1", FORCE_COLOR: undefined };
}

async function performAll(jobs, atOnce, total) {
  const rest = [...jobs];
  const lane = async () => {
    for (let job = rest.shift(); job !== undefined; job = rest.shift()) await perform(job, total);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

async function runTests(patterns, reports) {
  const total = { counts: nothing, broken: [] };
  const everything = patterns.length === 0;
  const files = testFiles();
  const wanted = files.filter((file) => file.endsWith("_test.ts"))
    .filter((file) => everything || patterns.some((pattern) => file.includes(pattern)));
  if (wanted.length === 0) throw new Error(`Cannot run tests as a pattern must match a path: ${patterns.join(" ")}`);
  const isLive = (file) => file.startsWith("test/live/");
  const bunJobs = (kept) => kept.map((file) => bunJob(file, reports));
  if (everything) await performAll(toolJobs(), 1, total);
  await performAll(bunJobs(wanted.filter((file) => !isLive(file))), AT_ONCE, total);
  if (everything) {
    const portable = files.filter((file) => file.endsWith("_portable.ts"));
    await performAll(await portableJobs(portable, reports), AT_ONCE, total);
    const publish = tool("publish: deno publish --dry-run", denoPath(), ["publish", "--dry-run", "--allow-dirty"]);
    await performAll([publish], 1, total);
  }
  await performAll(bunJobs(wanted.filter(isLive)), 1, total);
  return total;
}

async function main() {
  setup();
  ensureRedis();
  const reports = mkdtempSync(join(tmpdir(), "umbel-test-"));
  try {
    const { counts, broken } = await runTests(process.argv.slice(2), reports);
    if (broken.length > 0) process.stdout.write(`\nFailed:\n${indent(broken.join("\n"))}\n`);
    process.stdout.write(`\n${closingLine(counts)}\n`);
    process.exitCode = counts.failed === 0 ? 0 : 1;
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    killJobs();
    process.exit(130);
  });
}
await main().catch((error) => {
  process.stdout.write(`${error.stack}\n\n0 passed, 1 failed\n`);
  process.exitCode = 1;
});
