import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SAMPLES = join(import.meta.dir, "samples/config");
const UMBEL = join(import.meta.dir, "../../src/cli/bin.ts");

type Variables = Readonly<Record<string, string>>;

/** Runs a command in a process of its own: settings stay with the app that a process has loaded. */
async function umbel(args: readonly string[], env: Variables = {}, folder = SAMPLES) {
  const host = Object.entries(process.env).filter(([name]) => !/^(UMBEL|UPSTASH)_/.test(name));
  const child = Bun.spawn([process.execPath, UMBEL, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(host), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 40_000,
  });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, out: out.trim(), err: err.trim() };
}

/** What `umbel report` says of an app, by key; settings each by their own. */
async function report(args: readonly string[], env?: Variables, folder?: string): Promise<Record<string, string>> {
  const { code, out, err } = await umbel([...args, "report", "--json"], env, folder);
  expect([code, err]).toEqual([0, ""]);
  const { settings, ...rest } = JSON.parse(out);
  const pairs = String(settings).split(" ").map((pair) => pair.split("="));
  return { ...rest, ...Object.fromEntries(pairs) };
}

/** The error of a command with a file of settings. */
async function refusal(config: string, env?: Variables): Promise<string> {
  const { code, out, err } = await umbel(["-A", "app.ts", "--config", config, "queues"], env);
  expect([code, out, err.split("\n").length]).toEqual([1, "", 1]);
  return err;
}

describe("the settings of a command", () => {
  test("come from umbel.config.ts of the folder it runs in, behind the code and the variables", async () => {
    const alone = await report(["-A", "app.ts"]);
    expect(alone).toMatchObject({ broker: "sqlite::memory:", concurrency: "3", lease: "40000", maxDeliveries: "7" });
    const variables = { UMBEL_LEASE: "45s", UMBEL_CONCURRENCY: "31", UMBEL_BROKER: "memory:" };
    const both = await report(["-A", "app.ts"], variables);
    expect(both).toMatchObject({ broker: "memory:", concurrency: "3", lease: "45000", maxDeliveries: "7" });
  });

  test("come from the file that --config names, and only from that", async () => {
    expect(await report(["-A", "app.ts", "--config", "other.config.ts"])).toMatchObject({
      ...{ broker: "sqlite:.umbel/configured.sqlite", lease: "50000", maxDeliveries: "3" },
    });
  });

  test("are the defaults in a folder without such a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "umbel-config-"));
    const found = await report(["-A", join(SAMPLES, "app.ts")], {}, folder);
    expect(found).toMatchObject({ broker: "sqlite:.umbel/configured.sqlite", lease: "30000", concurrency: "3" });
    await rm(folder, { recursive: true });
  });

  test("have the broker of -b before any other", async () => {
    const env = { UMBEL_BROKER: "redis://elsewhere" };
    for (const app of ["app.ts", "app.ts:given"]) {
      expect((await report(["-A", app, "-b", "sqlite:named.sqlite"], env)).broker).toBe("sqlite:named.sqlite");
    }
    expect((await report(["-A", "app.ts:given"], env)).broker).toBe("memory:");
    const { code, err } = await umbel(["-A", "app.ts:given", "-b", "amqp://me:secret@host", "queues"]);
    expect([code, err.includes("its URL must be one of"), err.includes("secret")]).toEqual([1, true, false]);
  });

  test("that come from flags win over all others", async () => {
    const { code, err } = await umbel(["-A", "app.ts", "worker", "--lease", "soon"]);
    expect([code, err.split(": current")[0]]).toEqual([
      1,
      'umbel: SettingsError: Cannot take the settings of the worker as settings.lease must be a duration such as "10s" or { minutes: 5 }',
    ]);
    const level = await umbel(["-A", "app.ts", "worker", "-l", "loud"]);
    expect([level.code, level.err.includes("Allowed choices are debug, info, warn, error, silent")]).toEqual([2, true]);
    const prefetch = await umbel(["-A", "app.ts", "worker", "--prefetch", "some"]);
    expect([prefetch.code, prefetch.err.includes("must be a whole number of at least 0")]).toEqual([2, true]);
  });
});

describe("settings that cannot be are refused in one line", () => {
  test("with the path of each bad key", async () => {
    const told = await refusal("wrong.config.ts");
    expect(told).toStartWith("umbel: SettingsError: Cannot take the settings of wrong.config.ts as ");
    expect(told).toContain("settings.colour must be one of queue, ");
    expect(told).toContain("settings.concurrency must be at least 1: current value is 0");
    expect(told).toContain(
      'settings.lease must be a duration such as "10s" or { minutes: 5 }: current value is "soon"',
    );
    expect(await refusal("broker.config.ts")).toContain("settings.broker must be a broker or its URL");
  });

  test("with the name of the variable", async () => {
    const told = await refusal("other.config.ts", { UMBEL_LEASE: "soon" });
    expect(told).toContain("settings of the environment as UMBEL_LEASE must be a duration such as");
  });

  test("where the file is missing, exports nothing, or does not load", async () => {
    expect(await refusal("missing.config.ts")).toEndWith("missing.config.ts as it must be a file: there is none");
    expect(await refusal("empty.config.ts")).toContain(
      "its default export must be an object: current value is undefined",
    );
    expect(await refusal("bad.config.ts")).toEndWith("bad.config.ts as it must be a module that loads: no good");
  });
});
