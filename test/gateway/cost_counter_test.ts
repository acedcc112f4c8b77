import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { createGateway } from "../../src/gateway/gateway.ts";
import { type GatewayDesk, openGatewayDesk } from "../support/gateway_desk.ts";

setDefaultTimeout(60_000);
let desk: GatewayDesk;
beforeAll(async () => {
  desk = await openGatewayDesk({}, { password: "p@ss" });
});
afterAll(() => desk[Symbol.asyncDispose]());
beforeEach(async () => {
  await desk.run("FLUSHALL");
});

describe("the cost", () => {
  test("is every command of a client and every call inside scripts, by command and by script", async () => {
    const source = "-- settle: two calls\nredis.call('SET', KEYS[1], 1) return redis.call('INCR', KEYS[1])";
    const sha = createHash("sha1").update(source).digest("hex");
    const library =
      "#!lua name=cost\nredis.register_function('twice', function(k) for i = 1, 2 do redis.call('GET', k[1]) end end)";
    await desk.run("FUNCTION", "LOAD", "REPLACE", library);
    await desk.send("/_cost", { method: "DELETE" });
    await desk.run("EVAL", source, 1, "k");
    await desk.post("/pipeline", [["EVALSHA", sha, 1, "k"], ["GET", "k"], ["FCALL", "twice", 1, "k"]]);
    await desk.post("/multi-exec", [["GET", "k"], ["EVALSHA", sha, 1, "k"]], { "upstash-encoding": "base64" });
    const raw = {
      method: "POST",
      body: JSON.stringify(["EVALSHA", sha, 1, "k"]),
      headers: { "upstash-response-format": "resp2" },
    };
    expect(await (await desk.send("/", raw)).text()).toBe(":2\r\n");
    await desk.run("BLPOP", "k", 0);
    const { body } = await desk.get("/_cost");
    expect(body).toEqual({
      requests: 5,
      commands: 17,
      client: 7,
      inner: 10,
      byCommand: {
        EVAL: { client: 1, inner: 0 },
        EVALSHA: { client: 3, inner: 0 },
        FCALL: { client: 1, inner: 0 },
        GET: { client: 2, inner: 2 },
        INCR: { client: 0, inner: 4 },
        SET: { client: 0, inner: 4 },
      },
      byScript: {
        [sha]: { label: "settle: two calls", calls: 4, inner: 8, commands: { SET: 4, INCR: 4 } },
        "function:twice": { label: "twice", calls: 1, inner: 2, commands: { GET: 2 } },
      },
    });
    expect(desk.gateway.cost()).toEqual(desk.gateway.cost());
    expect(await desk.send("/_cost", { method: "DELETE" }).then((r) => r.json())).toMatchObject({
      commands: 0,
      requests: 0,
    });
  });

  test("is exact under concurrency, beside clients that go past the gateway", async () => {
    await desk.send("/_cost", { method: "DELETE" });
    const loop = "for i = 1, ARGV[1] do redis.call('INCR', KEYS[1]) end return 1";
    const noise = createGateway({ redis: desk.server.url, token: "other" });
    const beside = (i: number) =>
      noise.fetch(
        new Request("http://x/?_token=other", { method: "POST", body: JSON.stringify(["EVAL", loop, 1, `b${i}`, 50]) }),
      );
    const runs = Array.from({ length: 60 }, (_, i) => i);
    await Promise.all(runs.flatMap((i) => [desk.run("EVAL", loop, 1, `a${i % 7}`, i), beside(i)]));
    await noise.close();
    expect(desk.gateway.cost()).toMatchObject({
      client: 60,
      inner: (60 * 59) / 2,
      byCommand: { INCR: { inner: (60 * 59) / 2 } },
    });
  });
});
