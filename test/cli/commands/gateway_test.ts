import { expect, test } from "bun:test";
import { startRedisServer } from "../../support/redis_server.ts";
import { runUmbel } from "../../support/running.ts";

test("serves a Redis until a signal, and tells what it would have cost", async () => {
  await using server = await startRedisServer();
  const limits = ["--plan", "payg", "--max-request-bytes", "200"];
  await using gateway = runUmbel(["gateway", "--port", "0", "--redis", server.url, ...limits]);
  const token = await gateway.line(/^UPSTASH_REDIS_REST_TOKEN=(\S+)$/m);
  const url = await gateway.line(/^UPSTASH_REDIS_REST_URL=(\S+)$/m);
  const ask = (body: unknown, bearer = token) =>
    fetch(url, { method: "POST", headers: { authorization: `Bearer ${bearer}` }, body: JSON.stringify(body) });
  expect(await (await ask(["INCR", "n"])).json()).toEqual({ result: 1 });
  expect((await ask(["INCR", "n"], "wrong")).status).toBe(401);
  expect(await (await ask(["SET", "n", "x".repeat(300)])).json()).toEqual({
    error: expect.stringContaining("max request size"),
  });
  expect(await gateway.stop()).toBe(0);
  expect(gateway.err).toContain("SIGTERM: 2 requests, 1 commands billed (1 sent, 0 in scripts)");
});

test("does not print a token it was given", async () => {
  await using server = await startRedisServer();
  await using gateway = runUmbel(["gateway", "--port", "0"], {
    UMBEL_REDIS: server.url,
    UPSTASH_REDIS_REST_TOKEN: "secret-token",
  });
  expect(await gateway.line(/^UPSTASH_REDIS_REST_TOKEN=(.*)$/m)).toBe("(as given)");
  const url = await gateway.line(/^UPSTASH_REDIS_REST_URL=(\S+)$/m);
  expect(await (await fetch(`${url}/get/n?_token=secret-token`)).json()).toEqual({ result: null });
  expect(await gateway.stop("SIGINT")).toBe(0);
  expect(gateway.out + gateway.err).not.toContain("secret");
});

test("says when there is no Redis", async () => {
  await using gateway = runUmbel(["gateway", "--redis", "redis://:secret@127.0.0.1:1"]);
  await gateway.line(/(Cannot serve a gateway as Redis must answer at redis:\/\/:\*\*\*@127.0.0.1:1)/);
  expect(await gateway.end()).toBe(1);
  expect(gateway.err).not.toContain("secret");
}, 60_000);

test("takes the Redis of -b too", async () => {
  await using server = await startRedisServer();
  await using gateway = runUmbel(["-b", server.url, "gateway", "--port", "0", "--token", "t"]);
  const url = await gateway.line(/^UPSTASH_REDIS_REST_URL=(\S+)$/m);
  await gateway.line(new RegExp(`(Serving ${server.url})`));
  expect(await (await fetch(`${url}/ping?_token=t`)).json()).toEqual({ result: "PONG" });
  expect(await gateway.stop()).toBe(0);
});

test.each([
  [["--redis", "redis"], 1, "the URL must be valid"],
  [["--redis", "redis+cluster://:secret@127.0.0.1:1"], 1, "must begin with redis:// or rediss://"],
  [["--port", "99999"], 2, "--port must be a whole number from 0 to 65535"],
  [["--loglevel", "loud"], 2, "Allowed choices are debug, info, warn, error, silent"],
])("refuses %j at once", async (flags, code, words) => {
  await using gateway = runUmbel(["gateway", ...flags]);
  expect(await gateway.end()).toBe(code);
  expect(gateway.err).toContain(words);
  expect(gateway.err).not.toContain("secret");
});

test("says where it cannot listen", async () => {
  await using server = await startRedisServer();
  await using gateway = runUmbel(["gateway", "--redis", server.url, "--port", String(server.port)]);
  expect(await gateway.end()).toBe(1);
  expect(gateway.err).toContain(`port ${server.port} of 127.0.0.1 must be one of this machine that is free: `);
  expect(gateway.err).toContain("EADDRINUSE");
});
