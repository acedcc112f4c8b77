// Runs a TypeScript file with the Bun that npm installed: `node scripts/run.mjs FILE [ARGUMENT...]`.
//
// Ctrl-C reaches this process up to twice: once from the terminal, once from npm, which passes on what it gets itself. The
// child would take the second for a request to give up its running work. So the child leads a group of its own, hears nothing
// from the terminal, and gets each request once, from here. npm's shell, on the other hand, dies of a SIGTERM without passing it
// on: losing the parent is a request too.

import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { bunPath, setup, toolEnvironment } from "./setup.mjs";

/** Two signals closer than this are one request. */
const SAME_REQUEST_MS = 400;

/** How often to look whether the parent still lives. */
const PARENT_CHECK_MS = 250;

function forwardSignals(child) {
  let last = -Infinity;
  const forward = (signal) => {
    const now = performance.now();
    const isRepeated = now - last < SAME_REQUEST_MS;
    last = now;
    if (!isRepeated) child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, forward);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    forward("SIGTERM");
  }, PARENT_CHECK_MS);
}

function run(file, args) {
  // --no-orphans: when this process is killed outright, the child goes too.
  const child = spawn(bunPath(), ["--no-orphans", file, ...args], {
    detached: process.platform !== "win32",
    env: toolEnvironment(),
    stdio: "inherit",
  });
  forwardSignals(child);
  child.on("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("Usage: node scripts/run.mjs FILE [ARGUMENT...]\n");
  process.exit(2);
}
try {
  setup();
  run(file, args);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
