#!/usr/bin/env bun
/** The `umbel` command. @module */
import { runCli } from "./program.ts";

process.exitCode = await runCli(process.argv.slice(2), {
  print: (line) => void process.stdout.write(`${line}\n`),
  tell: (line) => void process.stderr.write(`${line}\n`),
  folder: process.cwd(),
});
