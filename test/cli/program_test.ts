import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import deno from "../../deno.json" with { type: "json" };
import npm from "../../package.json" with { type: "json" };
import { runCli } from "../../src/cli/program.ts";
import { VERSION } from "../../src/cli/version.ts";

async function umbel(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const context = {
    print: (line: string) => void out.push(line),
    tell: (line: string) => void err.push(line),
    folder: join(import.meta.dir, "samples"),
  };
  const code = await runCli(args, context);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

test("one version is told everywhere", async () => {
  expect((await umbel("--version")).out).toBe(VERSION);
  expect([deno.version, npm.version]).toEqual([VERSION, VERSION]);
});

describe("help", () => {
  test("lists the commands, and each has its own", async () => {
    const { code, out } = await umbel("--help");
    expect(code).toBe(0);
    for (
      const command of [
        "worker",
        "call",
        "result",
        "graph",
        "queues",
        "purge",
        "pause",
        "resume",
        "dead",
        "inspect",
        "blobs",
        "gateway",
        "doctor",
        "cost",
        "report",
      ]
    ) {
      expect(out).toContain(command);
      const own = await umbel(command, "--help");
      expect([own.code, own.out.includes(`Usage: umbel ${command}`)]).toEqual([0, true]);
    }
  });

  test("follows a command line that cannot be understood", async () => {
    const unknown = await umbel("wrok");
    expect([unknown.code, unknown.err.includes("unknown command 'wrok'")]).toEqual([2, true]);
    const option = await umbel("-A", "tasks", "worker", "--concurrency", "none");
    expect([option.code, option.err.includes("concurrency must be a whole number of at least 1")]).toEqual([2, true]);
  });
});

describe("a command", () => {
  test("needs an app, and says how to name one", async () => {
    const { code, err } = await umbel("queues");
    expect([code, err.includes("name its module, such as umbel -A tasks.ts, or set UMBEL_APP")]).toEqual([1, true]);
  });

  test("sends a task and prints its id", async () => {
    const { code, out } = await umbel("-A", "tasks", "call", "math.add", "--args", "[4, 4]");
    expect([code, /^[0-9a-f-]{36}$/.test(out)]).toEqual([0, true]);
  });

  test("sends a task that the app does not have, and says so", async () => {
    const { code, out, err } = await umbel("-A", "tasks", "call", "math.ad");
    expect([code, /^[0-9a-f-]{36}$/.test(out)]).toEqual([0, true]);
    expect(err).toBe("math.ad is no task of app sample, which has math.add; it is sent all the same");
  });

  test("tells what is wrong with a call, in one line", async () => {
    const wrong = await umbel("-A", "tasks", "call", "math.add", "--args", '[4, "x"]');
    expect(wrong).toEqual({
      code: 1,
      out: "",
      err:
        "umbel: ValidationError: Cannot send math.add as args[1] must be a number: current value is a string of 1 characters",
    });
    expect((await umbel("-A", "tasks", "call", "math.add", "--args", "4, 4")).err).toContain("--args must be JSON");
  });

  test("shows what is registered, with the schemas", async () => {
    const { out } = await umbel("-A", "tasks", "inspect", "registered", "--json");
    expect(JSON.parse(out)).toEqual([{
      task: "math.add",
      description: "Adds",
      args: [{ type: "number" }, { type: "number" }],
      required: 2,
      returns: { type: "number" },
    }]);
    expect((await umbel("-A", "tasks", "inspect", "registered")).out).toContain("math.add  Adds");
  });

  test("tells that nothing is known of an id", async () => {
    const id = "01a21f6b-1f9a-71ab-9aef-5b98aab5d5e1";
    const { out } = await umbel("-A", "tasks", "result", id);
    expect(JSON.parse(out)).toEqual({ id, state: "UNKNOWN" });
  });

  test("tells how much a purge would remove before it does", async () => {
    expect((await umbel("-A", "tasks", "purge", "default")).out).toBe(
      "0 messages wait in default; add --force to remove them",
    );
    expect((await umbel("-A", "tasks", "purge", "default", "--force")).out).toBe("0 messages removed from default");
  });
});
