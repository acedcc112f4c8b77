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

describe("forms of a command", () => {
  test("in the body", async () => {
    expect(await desk.run("SET", "foo", "bar", "EX", 100)).toEqual(ok("OK"));
    expect(await desk.run("get", "foo")).toEqual(ok("bar"));
    expect(await desk.run("TTL", "foo")).toEqual(ok(100));
    expect(await desk.run("GET", "none")).toEqual(ok(null));
    expect(await desk.run("SET", "flag", true)).toEqual(ok("OK"));
  });

  test("in the path, percent-decoded", async () => {
    expect(await desk.get("/set/a%2Fb%20c/%C3%A9%F0%9F%8E%89")).toEqual(ok("OK"));
    expect(await desk.run("GET", "a/b c")).toEqual(ok("é🎉"));
    expect(await desk.get("/SET/foo/1/EX/50")).toEqual(ok("OK"));
    expect(await desk.get("/set/empty/")).toEqual(ok("OK"));
    expect(await desk.get("/strlen/empty")).toEqual(ok(0));
  });

  test("in the path, with the body as the next argument and the query's after it", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(await desk.post("/set/binary?EX=100&NX", bytes)).toEqual(ok("OK"));
    expect(await desk.run("TTL", "binary")).toEqual(ok(100));
    const encoded = await desk.post("/", ["GET", "binary"], { "upstash-encoding": "base64" });
    expect(encoded).toEqual(ok(Buffer.from(bytes).toString("base64")));
    expect(await desk.send("/set/put", { method: "PUT", body: "value" }).then((r) => r.status)).toBe(200);
    expect(await desk.get("/get/put")).toEqual(ok("value"));
  });

  test("bytes that are not UTF-8 travel in the path", async () => {
    expect(await desk.get("/set/raw/%FF%00")).toEqual(ok("OK"));
    expect(await desk.run("STRLEN", "raw")).toEqual(ok(2));
    expect(await desk.run("GET", "raw")).toEqual(ok("\ufffd\u0000"));
  });

  test("by HEAD", async () => {
    const response = await desk.send("/set/head/1", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(await desk.get("/get/head")).toEqual(ok("1"));
  });

  test("what cannot be read as a command is refused", async () => {
    for (const body of ["", "{", '{"a":1}', "[]", '["SET","a",null]', '["SET","a",{}]', '["SET",["a"]]', "5"]) {
      const { status, body: answer } = await desk.post("/", body);
      expect([status, JSON.stringify(answer).startsWith('{"error":"ERR failed to parse')]).toEqual([400, true]);
    }
  });
});

describe("answers", () => {
  test("integers and numbers keep all their digits", async () => {
    await desk.post("/", '["SET","n",9007199254740992]');
    const response = await desk.send("/incr/n");
    expect(await response.text()).toBe('{"result":9007199254740993}');
    await desk.post("/", '["SET","f",12345678901234567890.10]');
    expect(await desk.get("/get/f")).toEqual(ok("12345678901234567890.10"));
  });

  test("arrays, and errors within them", async () => {
    const script = "return { 1, 'two', { 3, false }, redis.error_reply('FOUR broke') }";
    expect(await desk.run("EVAL", script, 0)).toEqual(ok([1, "two", [3, null], { error: "FOUR broke" }]));
  });

  test("base64 encodes every string but OK, and leaves integers and errors", async () => {
    const headers = { "upstash-encoding": "base64" };
    const answer = await desk.post("/pipeline", [["SET", "a", "OK"], ["GET", "a"], ["PING"], ["INCR", "a"], [
      "MGET",
      "a",
      "b",
    ]], headers);
    expect(answer.body).toEqual([
      { result: "OK" },
      { result: btoa("OK") },
      { result: btoa("PONG") },
      { error: "ERR value is not an integer or out of range" },
      { result: [btoa("OK"), null] },
    ]);
    const script = await desk.post("/", ["EVAL", "return { 'a', { 'b' } }", 0], headers);
    expect(script).toEqual(ok([btoa("a"), [btoa("b")]]));
  });

  test("RESP2 gives the bytes of Redis", async () => {
    const raw = async (path: string, body: readonly unknown[]) => {
      const headers = { "upstash-response-format": "resp2" };
      const response = await desk.send(path, { method: "POST", body: JSON.stringify(body), headers });
      expect(response.headers.get("content-type")).toBe("application/octet-stream");
      return Buffer.from(await response.arrayBuffer()).toString("latin1");
    };
    expect(await raw("/", ["SET", "a", "é"])).toBe("+OK\r\n");
    expect(await raw("/", ["GET", "a"])).toBe("$2\r\n\xc3\xa9\r\n");
    expect(await raw("/", ["EVAL", "return { 1, { 'x' }, false }", 0])).toBe("*3\r\n:1\r\n*1\r\n$1\r\nx\r\n$-1\r\n");
    const pipeline = await raw("/pipeline", [["GET", "none"], ["BLPOP", "a", 0], [
      "EVAL",
      "return redis.call('INCR', 'n')",
      0,
    ]]);
    expect(pipeline).toMatch(/^\$-1\r\n-ERR Command is not available: 'BLPOP'[^\r]*\r\n:1\r\n$/);
    const sha = createHash("sha1").update("return 1").digest("hex");
    expect(await raw("/", ["SCRIPT", "LOAD", "return 1"])).toBe(`$40\r\n${sha}\r\n`);
  });

  test("formats that do not exist or do not go together are refused", async () => {
    const both = { "upstash-response-format": "resp2", "upstash-encoding": "base64" };
    expect((await desk.post("/", ["PING"], both)).status).toBe(400);
    expect((await desk.post("/", ["PING"], { "upstash-response-format": "resp3" })).status).toBe(400);
    expect((await desk.post("/multi-exec", [["PING"]], { "upstash-response-format": "resp2" })).status).toBe(400);
    expect((await desk.post("/", ["NOPE"], { "upstash-response-format": "resp2" })).status).toBe(400);
  });

  test("every answer brings another sync token", async () => {
    const tokens = new Set<string | null>();
    for (let i = 0; i < 5; i++) tokens.add((await desk.send("/ping")).headers.get("upstash-sync-token"));
    expect(tokens.size).toBe(5);
    expect(tokens.has(null)).toBe(false);
  });
});

describe("several commands", () => {
  test("a pipeline runs them in order, whatever fails", async () => {
    const answer = await desk.post("/pipeline", [["SET", "a", 1], ["LPUSH", "a", 1], ["BLPOP", "a", 0], ["INCR", "a"]]);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([
      { result: "OK" },
      { error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
      { error: expect.stringContaining("Command is not available: 'BLPOP'") },
      { result: 2 },
    ]);
  });

  test("a transaction runs all of them, failing ones among them", async () => {
    const answer = await desk.post("/multi-exec", [["SET", "a", 1], ["LPUSH", "a", 1], [
      "EVAL",
      "return redis.call('INCR', 'a')",
      0,
    ]]);
    expect(answer.body).toEqual([
      { result: "OK" },
      { error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
      { result: 2 },
    ]);
  });

  test("a transaction with a command that cannot be queued runs nothing", async () => {
    const unknown = await desk.post("/multi-exec", [["SET", "a", 1], ["NOPE"]]);
    expect(unknown.status).toBe(400);
    expect(unknown.body).toEqual({ error: expect.stringContaining("ERR unknown command 'NOPE'") });
    expect(await desk.post("/multi-exec", [["SET", "a", 1], ["GET"]])).toEqual(
      failed("ERR wrong number of arguments for 'get' command"),
    );
    expect((await desk.post("/multi-exec", [["SET", "a", 1], ["BLPOP", "a", 0]])).status).toBe(400);
    expect(await desk.get("/exists/a")).toEqual(ok(0));
  });

  test("transactions of many requests are not mixed up", async () => {
    const one = (i: number) => desk.post("/multi-exec", [["SET", "shared", i], ["GET", "shared"]]);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => one(i)));
    expect(answers.map(({ body }) => body)).toEqual(
      Array.from({ length: 100 }, (_, i) => [{ result: "OK" }, { result: String(i) }]),
    );
  });

  test("what is no list of commands is refused", async () => {
    for (const path of ["/pipeline", "/multi-exec"]) {
      expect((await desk.post(path, [])).status).toBe(400);
      expect((await desk.post(path, ["PING"])).status).toBe(400);
      expect((await desk.post(path, [["PING"], []])).status).toBe(400);
    }
  });
});
