import { expect, test } from "bun:test";
import { join } from "node:path";
import { runCli } from "../../../src/cli/program.ts";
import { VERSION } from "../../../src/cli/version.ts";

async function umbel(...args: string[]): Promise<string> {
  const out: string[] = [];
  const folder = join(import.meta.dir, "../samples");
  const code = await runCli(args, {
    print: (line) => void out.push(line),
    tell: (line) => void out.push(line),
    folder,
  });
  expect(code).toBe(0);
  return out.join("\n");
}

test("tells the versions, the runtime and the codec", async () => {
  const report = JSON.parse(await umbel("report", "--json"));
  expect(report).toEqual({
    umbel: VERSION,
    runtime: `Bun ${Bun.version}`,
    platform: `${process.platform} ${process.arch}`,
    codec: expect.stringMatching(/^wasm, \d+ bytes$/),
  });
});

test("tells of the app, and no secret of its broker", async () => {
  expect(await umbel("-A", "tasks", "report")).toContain("broker      memory:");
  expect(await umbel("-A", "tasks", "report")).toContain("maxDeliveries=3");
  const env = { UMBEL_BROKER: "redis://user:secret@127.0.0.1:1" };
  Object.assign(process.env, env);
  try {
    const report = await umbel("-A", "one", "report");
    expect(report).toContain("broker      redis://user:***@127.0.0.1:1");
    expect(report).not.toContain("secret");
  } finally {
    delete process.env.UMBEL_BROKER;
  }
});
