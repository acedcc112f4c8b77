import { expect, test } from "bun:test";
import { runCli } from "../../../src/cli/program.ts";
import { serveGateway } from "../../../src/gateway/mod.ts";
import { RespClient } from "../../../src/brokers/redis/resp_client.ts";
import { startRedisServer } from "../../support/redis_server.ts";

async function umbel(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, {
    print: (line) => void out.push(line),
    tell: (line) => void err.push(line),
    folder: import.meta.dir,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

interface Measured {
  readonly costs: readonly { readonly key: string; readonly billed: number }[];
  readonly oneByOne: { readonly needs: { readonly commands: number } };
}

/** Those that do not depend on whether a worker is parked by then. */
function steady(text: string): Record<string, number> {
  const { costs }: Measured = JSON.parse(text);
  return Object.fromEntries(
    costs.filter(({ key }) => !["publish", "single", "idle"].includes(key)).map(({ key, billed }) => [key, billed]),
  );
}

test("a Redis is measured, within the budgets, and left as it was", async () => {
  await using server = await startRedisServer();
  const measured = await umbel("cost", "-b", server.url, "--json");
  expect([measured.code, measured.err]).toEqual([0, ""]);
  const cost = steady(measured.out);
  expect(Object.keys(cost)).toEqual(["publishMany", "look", "backlog", "beat"]);
  expect(cost.look).toBe(1);
  expect(cost.publishMany).toBeLessThanOrEqual(0.006);
  expect(cost.backlog).toBeLessThanOrEqual(0.15);
  expect(cost.beat).toBeLessThanOrEqual(5);
  await using redis = new RespClient({ url: server.url });
  expect(await redis.command(["DBSIZE"])).toBe(0);
  const table = await umbel("cost", "-b", server.url, "--tasks", "30000", "--batch", "100");
  expect(table.out).toMatch(/^look for a result +1 +1$/m);
  expect(table.out).toContain("A month of 30K tasks, sent 100 at a time, for 1 worker:");
  expect(table.out).toMatch(/^in batches +free +0\.00 +/m);
}, 60_000);

test("a gateway counts the same", async () => {
  await using server = await startRedisServer();
  await using gateway = await serveGateway({ redis: server.url, port: 0, token: "t" });
  process.env.UPSTASH_REDIS_REST_TOKEN = "t";
  try {
    const here = await umbel("cost", "-b", server.url, "--json");
    const there = await umbel("cost", "-b", gateway.url, "--json");
    expect([there.code, there.err]).toEqual([0, ""]);
    expect(steady(there.out)).toEqual(steady(here.out));
  } finally {
    delete process.env.UPSTASH_REDIS_REST_TOKEN;
  }
}, 60_000);

test("what does not count cannot be measured", async () => {
  await using silent = await startSilentServer();
  const refused = await umbel("cost", "-b", silent.url.origin.replace("://", "://:t@"));
  expect([refused.code, refused.err.includes("name a plain Redis by -b redis://")]).toEqual([1, true]);
  expect((await umbel("cost", "-b", "sqlite:x.sqlite")).err).toContain("must be a Redis or a gateway");
});

/** A server that answers as Upstash does where it is asked for what it does not know. */
function startSilentServer() {
  const server = Bun.serve({ port: 0, fetch: () => Response.json({ error: "ERR unknown command" }, { status: 400 }) });
  return Promise.resolve({ url: server.url, [Symbol.asyncDispose]: () => server.stop(true) });
}

test("a gateway that is not there, and what is none, are told by their addresses", async () => {
  const nobody = await umbel("cost", "-b", "http://:hidden@127.0.0.1:1");
  expect([nobody.code, nobody.err]).toEqual([
    1,
    expect.stringMatching(
      /^umbel: Cannot measure the cost as a gateway must answer at http:\/\/:\*\*\*@127\.0\.0\.1:1: \S/,
    ),
  ]);
  expect((await umbel("cost", "-b", "hidden-token")).err).toContain("current scheme is none; name one by -b");
});

test("a server that is not there, or does not know the password, is told at once", async () => {
  await using server = await startRedisServer({ password: "right" });
  const wrong = await umbel("cost", "-b", server.url.replace("right", "wrong"));
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain("Cannot measure the cost as Redis must answer at redis://:***@127.0.0.1");
  expect(wrong.err).toContain("WRONGPASS");
  await server.kill();
  const gone = await umbel("cost", "-b", server.url);
  expect([gone.code, gone.err.includes("ECONNREFUSED")]).toEqual([1, true]);
  expect((await umbel("cost", "-b", "redis+cluster://127.0.0.1:1")).err).toContain("must be a Redis or a gateway");
}, 60_000);
