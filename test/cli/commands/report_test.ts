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
  const report = await umbel("-A", "tasks", "report");
  expect(report).toContain("broker      memory:");
  expect(report).toContain("blobs       beside the broker");
  expect(report).toContain("maxDeliveries=3");
  using _ = variables({ UMBEL_BROKER: "redis://user:secret@127.0.0.1:1" });
  const named = await umbel("-A", "one", "report");
  expect(named).toContain("broker      redis://user:***@127.0.0.1:1");
  expect(named).not.toContain("secret");
});

test.each([
  ["s3://pictures/thumbnails/?region=eu-west-1", "s3://pictures/thumbnails/?region=eu-west-1"],
  ["redis+cluster://:secret@127.0.0.1:7000,127.0.0.1:7001", "redis+cluster://:***@127.0.0.1:7000,127.0.0.1:7001"],
  ["https://secret@db.example.com", "https://***@db.example.com"],
])("names the blob store of %s", async (url, shown) => {
  using _ = variables({ UMBEL_BLOBS: url });
  const report = JSON.parse(await umbel("-A", "tasks", "report", "--json"));
  expect(report.blobs).toBe(shown);
});

test("names what the app was given ready-made by what it says of itself", async () => {
  const report = JSON.parse(await umbel("-A", "given", "report", "--json"));
  expect([report.broker, report.blobs]).toEqual(["memory, given by the app", "memory, given by the app"]);
});

/** Sets variables of the environment until the end of the block. */
function variables(env: Readonly<Record<string, string>>): Disposable {
  Object.assign(process.env, env);
  return {
    [Symbol.dispose]() {
      for (const name of Object.keys(env)) delete process.env[name];
    },
  };
}
