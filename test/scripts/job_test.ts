/** Running a bounded command. */

import { expect, test } from "bun:test";
import { runJob } from "../../scripts/job.mjs";
import { isAlive } from "../support/process.ts";

function script(text: string, timeoutMs = 60_000): ReturnType<typeof runJob> {
  return runJob("sh", ["-c", text], { timeoutMs });
}

test("keeps the output and the exit code", async () => {
  const end = await script("echo out; echo err >&2; exit 3");
  expect(end).toMatchObject({ code: 3, isLate: false });
  expect(end.output).toContain("out\n");
  expect(end.output).toContain("err\n");
});

test("a command that hangs is killed and reported", async () => {
  const end = await script("sleep 600", 50);
  expect(end).toMatchObject({ code: "SIGKILL", isLate: true });
  expect(end.output).toContain("Killed: still running after 0.05 s");
});

test("what a command leaves running is killed, and does not hold the run", async () => {
  const end = await script("sleep 600 & echo $!");
  expect(end).toMatchObject({ code: 0, isLate: false });
  const left = Number(end.output);
  while (isAlive(left)) await Bun.sleep(10);
});

test("a command that is not there is a failure", async () => {
  const end = await runJob("/no/such/program", [], { timeoutMs: 60_000 });
  expect(end.code).toBe(-1);
  expect(end.output).toContain("ENOENT");
});
