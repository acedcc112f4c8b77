import { expect, test } from "bun:test";
import { join } from "node:path";
import { runCli } from "../../../src/cli/program.ts";
import { serveGateway } from "../../../src/gateway/mod.ts";
import { startRedisServer } from "../../support/redis_server.ts";

async function umbel(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const folder = join(import.meta.dir, "../samples");
  const code = await runCli(args, {
    print: (line) => void out.push(line),
    tell: (line) => void err.push(line),
    folder,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

test("the doctor ends with 1 until what loses tasks is changed", async () => {
  await using server = await startRedisServer({ password: "secret" });
  const bare = await umbel("doctor", "-b", server.url);
  expect([bare.code, bare.err]).toEqual([1, "umbel: one thing must change"]);
  expect(bare.out).toContain("CHANGE persistence   none: all tasks are lost when the server ends");
  expect(bare.out).toContain("-> CONFIG SET appendonly yes now, and appendonly yes in redis.conf");
  expect(bare.out).not.toContain("secret");
  await using durable = await startRedisServer({ appendonly: true });
  const good = await umbel("doctor", "-b", durable.url, "--json");
  expect([good.code, good.err]).toEqual([0, ""]);
  expect(JSON.parse(good.out).findings.every(({ level }: { level: string }) => level === "ok")).toBe(true);
});

test("the doctor asks over HTTP too, and knows the app's broker", async () => {
  await using server = await startRedisServer({ appendonly: true });
  await using gateway = await serveGateway({ redis: server.url, port: 0, token: "t" });
  const { env } = process;
  try {
    env.UPSTASH_REDIS_REST_TOKEN = "t";
    const good = await umbel("doctor", "-b", gateway.url);
    expect([good.code, good.out.includes("key locking   scripts lock their own keys alone")]).toEqual([0, true]);
    env.UPSTASH_REDIS_REST_TOKEN = "wrong";
    expect((await umbel("doctor", "-b", gateway.url)).out).toContain("CHANGE reachable     WRONGPASS");
  } finally {
    delete env.UPSTASH_REDIS_REST_TOKEN;
  }
  const named = gateway.url.replace("://", "://:t@");
  expect([(await umbel("doctor", "-b", named)).code, (await umbel("doctor", "-b", gateway.url)).code]).toEqual([0, 1]);
  const cluster = await umbel("doctor", "-b", server.url.replace("redis:", "redis+cluster:"));
  expect([cluster.code, cluster.out.includes("a server by itself")]).toEqual([1, true]);
  using page = Bun.serve({ port: 0, fetch: () => new Response("<html>") });
  expect((await umbel("doctor", "-b", `http://:t@127.0.0.1:${page.port}`)).out).toContain(
    "CHANGE reachable     an answer that is not JSON, with status 200",
  );
  expect((await umbel("doctor", "-b", "amqp://host")).err).toContain("must be one of memory:");
  expect((await umbel("-A", "tasks", "doctor")).out).toContain("in memory");
  expect((await umbel("doctor")).err).toContain("name it by -b redis://..., UMBEL_BROKER, or -A with an app");
});

test("the doctor and the cost knock once at a server that lets nobody in", async () => {
  let knocks = 0;
  const open = (socket: { end(): void }) => {
    knocks++;
    socket.end();
  };
  using closed = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { open, data: () => {} } });
  const url = `redis://127.0.0.1:${closed.port}`;
  const doctor = await umbel("doctor", "-b", url);
  expect([doctor.code, doctor.out.includes("CHANGE reachable"), knocks]).toEqual([1, true, 1]);
  expect([(await umbel("cost", "-b", url)).code, knocks]).toEqual([1, 2]);
});
