import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createGateway } from "../../src/gateway/gateway.ts";
import { type GatewayDesk, openGatewayDesk } from "../support/gateway_desk.ts";
import { freePort, startRedisServer } from "../support/redis_server.ts";

setDefaultTimeout(60_000);
let desk: GatewayDesk;
beforeAll(async () => {
  desk = await openGatewayDesk({}, { password: "p@ss" });
});
afterAll(() => desk[Symbol.asyncDispose]());
beforeEach(async () => {
  await desk.run("FLUSHALL");
});

describe("trouble behind the gateway", () => {
  test("a Redis that is away is a 503, one that went in the middle a 502", async () => {
    const away = createGateway({ redis: { port: await freePort(), commandTimeout: 100 }, token: "t" });
    const response = await away.fetch(new Request("http://x/get/a?_token=t"));
    expect([response.status, await response.text()]).toEqual([
      503,
      '{"error":"ERR Redis cannot be reached: the command has not run"}',
    ]);
    await away.close();
    await using frozen = await startRedisServer();
    const cut = createGateway({ redis: { url: frozen.url, commandTimeout: 1_500 }, token: "t" });
    expect((await cut.fetch(new Request("http://x/ping?_token=t"))).status).toBe(200);
    frozen.pause();
    expect((await cut.fetch(new Request("http://x/incr/a?_token=t"))).status).toBe(502);
    await cut.close();
  });

  test("a Redis that refuses the gateway is not the fault of the client", async () => {
    const stranger = createGateway({ redis: { port: desk.server.port, password: "s3cret" }, token: "t" });
    const response = await stranger.fetch(new Request("http://x/get/a?_token=t"));
    expect([response.status, await response.text()]).toEqual([
      502,
      '{"error":"ERR Redis refused the gateway: WRONGPASS"}',
    ]);
    await stranger.close();
  });

  test("a full Redis answers as a full Upstash does", async () => {
    await using small = await startRedisServer({ config: { maxmemory: "2mb", "maxmemory-policy": "noeviction" } });
    const full = createGateway({ redis: small.url, token: "t" });
    const ask = async (command: readonly unknown[]) => {
      const request = new Request("http://x/?_token=t", { method: "POST", body: JSON.stringify(command) });
      return await (await full.fetch(request)).json();
    };
    let answer: unknown;
    for (let i = 0; i < 100; i++) answer = await ask(["SET", `k${i}`, "x".repeat(100_000)]);
    expect(answer).toEqual({ error: "ERR DB capacity quota exceeded" });
    const inside = await ask(["EVAL", "return redis.call('SET', KEYS[1], ARGV[1])", 1, "k", "x".repeat(200_000)]);
    expect(inside).toEqual({ error: "ERR DB capacity quota exceeded" });
    expect(await ask(["GET", "none"])).toEqual({ result: null });
    await full.close();
  });
});

test("options that cannot be meant are refused", () => {
  expect(() => createGateway({ token: "" })).toThrow(RangeError);
  expect(() => createGateway({ token: "a", readOnlyToken: "a" })).toThrow(RangeError);
  expect(() => createGateway({ limits: { maxKeyBytes: 0 } })).toThrow(RangeError);
  const plan: unknown = "gold";
  expect(() => Reflect.apply(createGateway, undefined, [{ limits: plan }])).toThrow(
    "Cannot open a gateway as the plan must be one of",
  );
  expect(createGateway().token).not.toBe(createGateway().token);
});
