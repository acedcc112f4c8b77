import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { type ServedGateway, serveGateway } from "../../src/gateway/serve_gateway.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";

setDefaultTimeout(60_000);
let server: RedisServer;
let gateway: ServedGateway;
beforeAll(async () => {
  server = await startRedisServer();
  gateway = await serveGateway({ redis: server.url, port: 0, token: "t" });
});
afterAll(async () => {
  await gateway.close();
  await server.stop();
});
beforeEach(async () => {
  gateway.faults.clear();
  await run("DEL", "n");
});

async function run(
  ...command: readonly unknown[]
): Promise<{ status: number; body: unknown; retryAfter: string | null }> {
  const response = await fetch(`${gateway.url}/?_token=t`, { method: "POST", body: JSON.stringify(command) });
  return { status: response.status, body: await response.json(), retryAfter: response.headers.get("retry-after") };
}

const value = async () => (await run("GET", "n")).body;

test("a failure before the commands ran", async () => {
  gateway.faults.add({ status: 503 });
  expect(await run("INCR", "n")).toMatchObject({ status: 503, body: { error: "ERR internal server error" } });
  expect(await value()).toEqual({ result: null });
});

test("a failure after they were committed", async () => {
  gateway.faults.add({ status: 500, when: "after", error: "ERR lost in space" });
  expect(await run("INCR", "n")).toMatchObject({ status: 500, body: { error: "ERR lost in space" } });
  expect(await value()).toEqual({ result: "1" });
});

test("a connection that breaks before the answer", async () => {
  gateway.faults.add({ drop: true });
  gateway.faults.add({ drop: true, when: "after" });
  const outcomes = [await run("INCR", "n").catch(() => "broken"), await run("INCR", "n").catch(() => "broken")];
  expect(outcomes).toEqual(["broken", "broken"]);
  expect(await value()).toEqual({ result: "1" });
});

test("throttling, for the next requests", async () => {
  gateway.faults.add({ status: 429, times: 2, retryAfter: "1500ms" });
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await run("PING")).status);
  expect(statuses).toEqual([429, 429, 200]);
  gateway.faults.add({ status: 429, retryAfter: "1500ms" });
  expect(await run("PING")).toMatchObject({ retryAfter: "2", body: { error: "ERR max requests limit exceeded." } });
});

test("a delay, before or after the commands", async () => {
  gateway.faults.add({ delay: "50ms", times: 2, match: (commands) => commands[0]?.[0] === "INCR" });
  expect((await run("INCR", "n")).body).toEqual({ result: 1 });
  gateway.faults.clear();
  gateway.faults.add({ delay: "100ms", when: "after", match: ([command]) => command?.[0] === "INCR" });
  const slow = run("INCR", "n");
  while (JSON.stringify(await value()) !== '{"result":"2"}');
  expect(await Promise.race([slow.then(() => "answered"), Promise.resolve("still on its way")])).toBe(
    "still on its way",
  );
  expect((await slow).body).toEqual({ result: 2 });
});

test("a fault meets only what it matches, and can be taken away", async () => {
  const remove = gateway.faults.add({
    status: 500,
    times: Infinity,
    match: (commands) => commands.some(([name]) => name === "SET"),
  });
  expect((await run("GET", "a")).status).toBe(200);
  expect((await run("SET", "a", 1)).status).toBe(500);
  expect((await run("SET", "a", 1)).status).toBe(500);
  remove();
  expect((await run("SET", "a", 1)).status).toBe(200);
});
