import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { failed, type GatewayDesk, ok, openGatewayDesk } from "../support/gateway_desk.ts";

setDefaultTimeout(60_000);
let desk: GatewayDesk;
beforeAll(async () => {
  desk = await openGatewayDesk({}, { password: "p@ss" });
});
afterAll(() => desk[Symbol.asyncDispose]());
beforeEach(async () => {
  await desk.run("FLUSHALL");
});

describe("scripts", () => {
  const source = "-- add: adds up\nreturn redis.call('INCRBY', KEYS[1], ARGV[1])";
  const sha = createHash("sha1").update(source).digest("hex");

  test("are known by the SHA of their own text", async () => {
    await desk.run("SCRIPT", "FLUSH");
    expect(await desk.run("EVALSHA", sha, 1, "n", 1)).toEqual(
      failed("NOSCRIPT No matching script. Please use EVAL."),
    );
    expect(await desk.run("SCRIPT", "EXISTS", sha)).toEqual(ok([0]));
    expect(await desk.run("SCRIPT", "LOAD", source)).toEqual(ok(sha));
    expect(await desk.run("SCRIPT", "EXISTS", sha, "0".repeat(40))).toEqual(ok([1, 0]));
    expect(await desk.run("EVALSHA", sha.toUpperCase(), 1, "n", 2)).toEqual(ok(2));
    expect(await desk.run("EVALSHA_RO", sha, 1, "n", 2)).toEqual(failed(expect.stringContaining(`script: ${sha}`)));
    await desk.run("SCRIPT", "FLUSH");
    expect(await desk.run("EVALSHA", sha, 1, "n", 1)).toEqual(
      failed("NOSCRIPT No matching script. Please use EVAL."),
    );
    expect(await desk.run("EVAL", source, 1, "n", 3)).toEqual(ok(5));
    expect(await desk.run("EVALSHA", sha, 1, "n", 4)).toEqual(ok(9));
  });

  test("may come as the body, and fail to compile", async () => {
    expect((await desk.run("EVAL", "return (", 0)).body).toEqual({
      error: expect.stringContaining("ERR Error compiling script"),
    });
    expect((await desk.run("SCRIPT", "LOAD", "return (")).body).toEqual({
      error: expect.stringContaining("ERR Error compiling script"),
    });
    expect(await desk.post("/script/load", source)).toEqual(ok(sha));
    expect(await desk.run("EVAL")).toEqual(failed("ERR wrong number of arguments for 'eval' command"));
    expect((await desk.run("EVALSHA")).status).toBe(400);
    expect((await desk.run("SCRIPT")).status).toBe(400);
  });

  test("run under allow-key-locking, and may not touch what they did not declare", async () => {
    const good = "#!lua flags=allow-key-locking\nreturn redis.call('SET', KEYS[1], ARGV[1])";
    const bad = "#!lua flags=allow-key-locking\nlocal made = KEYS[1] .. ':x' redis.call('SET', made, ARGV[1]) return 1";
    expect(await desk.run("EVAL", good, 1, "k", "v")).toEqual(ok("OK"));
    const dynamic =
      "ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: k:x";
    expect((await desk.run("EVAL", bad, 1, "k", "v")).body).toEqual({ error: expect.stringContaining(dynamic) });
    const badSha = createHash("sha1").update(bad).digest("hex");
    expect((await desk.run("EVALSHA", badSha, 1, "k", "v")).body).toEqual({
      error: expect.stringContaining(dynamic),
    });
  });

  test("functions are listed as they were loaded", async () => {
    const library =
      "#!lua name=lib\nredis.register_function('f', function(keys) return redis.call('INCR', keys[1]) end)";
    expect(await desk.run("FUNCTION", "LOAD", "REPLACE", library)).toEqual(ok("lib"));
    expect(await desk.run("FCALL", "f", 1, "n")).toEqual(ok(1));
    const listed = await desk.run("FUNCTION", "LIST", "WITHCODE");
    expect(JSON.stringify(listed.body)).toContain(JSON.stringify(library));
    const encoded = await desk.post("/", ["FUNCTION", "LIST", "WITHCODE"], { "upstash-encoding": "base64" });
    expect(JSON.stringify(encoded.body)).toContain(btoa(library));
  });
});
