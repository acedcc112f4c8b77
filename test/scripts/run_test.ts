/** The start command: arguments, exit codes, and signals delivered exactly once. */

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../support/process.ts";

const folder = mkdtempSync(join(tmpdir(), "umbel-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

const NODE = Bun.which("node") ?? "node";
const RUN = join(import.meta.dir, "../../scripts/run.mjs");

/** Logs what it gets to a file, and ends a while after the first signal, so that a second one would be seen. */
const LISTENER = join(folder, "listener.ts");
writeFileSync(
  LISTENER,
  `import { appendFileSync } from "node:fs";
   const log = (line) => appendFileSync(process.argv[2], line + "\\n");
   for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
     process.on(signal, () => { log(signal); setTimeout(() => { log("end"); process.exit(7); }, 800); });
   }
   setInterval(() => {}, 1000);
   log("up " + process.pid);`,
);

let logs = 0;

function newLog(): { path: string; lines(): string[]; until(last: RegExp): Promise<string[]> } {
  const path = join(folder, `${++logs}.log`);
  writeFileSync(path, "");
  const lines = (): string[] => readFileSync(path, "utf8").trimEnd().split("\n");
  const until = async (last: RegExp): Promise<string[]> => {
    while (!last.test(lines().at(-1) ?? "")) await Bun.sleep(20);
    return lines();
  };
  return { path, lines, until };
}

test("passes arguments, output and the exit code through", () => {
  const file = join(folder, "echo.ts");
  writeFileSync(file, `const args: string[] = process.argv.slice(2);\nconsole.log(args.join("|"));\nprocess.exit(5);`);
  const run = Bun.spawnSync([NODE, RUN, file, "--once", "a b"]);
  expect(run.stdout.toString()).toBe("--once|a b\n");
  expect(run.exitCode).toBe(5);
});

test("without a file it says how to use it", () => {
  const run = Bun.spawnSync([NODE, RUN]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr.toString()).toContain("Usage:");
});

test.each(["SIGINT", "SIGTERM"] as const)("%s sent twice at once, as npm does, arrives once", async (signal) => {
  const log = newLog();
  const run = Bun.spawn([NODE, RUN, LISTENER, log.path], { stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  await log.until(/^up/);
  run.kill(signal);
  run.kill(signal);
  expect(await run.exited).toBe(7);
  expect(log.lines().slice(1)).toEqual([signal, "end"]);
});

test("Ctrl-C on a terminal arrives once", async () => {
  const log = newLog();
  const run = Bun.spawn([NODE, RUN, LISTENER, log.path], { terminal: { cols: 80, rows: 24 } });
  await log.until(/^up/);
  run.terminal?.write("\x03");
  expect(await run.exited).toBe(7);
  expect(log.lines().slice(1)).toEqual(["SIGINT", "end"]);
});

test("a parent that dies without a word is a request to stop", async () => {
  const log = newLog();
  const shell = Bun.spawn(["sh", "-c", `"${NODE}" "${RUN}" "${LISTENER}" "${log.path}"; true`], { stdin: "ignore" });
  await log.until(/^up/);
  shell.kill("SIGKILL");
  expect((await log.until(/^end/)).slice(1)).toEqual(["SIGTERM", "end"]);
});

test("when it is killed outright, the child goes too", async () => {
  const log = newLog();
  const run = Bun.spawn([NODE, RUN, LISTENER, log.path], { stdin: "ignore" });
  const [first = ""] = await log.until(/^up/);
  const child = Number(first.split(" ")[1]);
  run.kill("SIGKILL");
  while (isAlive(child)) await Bun.sleep(20);
});
