#!/usr/bin/env bun
/** The `umbel` command. @module */
import process from "node:process";
import { runCli } from "./program.ts";

const code = await runCli(process.argv.slice(2), {
  print: (line) => void process.stdout.write(`${line}\n`),
  tell: (line) => void process.stderr.write(`${line}\n`),
  folder: process.cwd(),
});
// The command is over, whatever the app's module has left open: a pool of connections, a timer, a handler.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
