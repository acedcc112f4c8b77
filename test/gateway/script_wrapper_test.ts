import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { RedisError } from "../../src/brokers/redis/redis_error.ts";
import type { CommandArg, Reply } from "../../src/brokers/redis/resp.ts";
import { RespClient } from "../../src/brokers/redis/resp_client.ts";
import { DYNAMIC_KEY_ERROR, RECORD_SIZE_ERROR } from "../../src/gateway/script_prelude.ts";
import { readScriptReply } from "../../src/gateway/script_reply.ts";
import { ScriptWrapper } from "../../src/gateway/script_wrapper.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";

setDefaultTimeout(60_000);
let server: RedisServer;
let redis: RespClient;
beforeAll(async () => {
  server = await startRedisServer();
  redis = new RespClient({ url: server.url });
});
afterAll(async () => {
  await redis.close();
  await server.stop();
});

const wrapper = new ScriptWrapper(true, 0);
const shaOf = (source: string) => createHash("sha1").update(source).digest("hex");
const words = (reply: Reply): Reply => reply instanceof RedisError ? `error: ${reply.message}` : reply;

async function run(source: string, ...args: CommandArg[]): Promise<Reply> {
  await redis.commands([["FLUSHALL"], ["SET", "text", "x"]]);
  const [reply = null] = await redis.commands([["EVAL", source, ...args]]);
  return reply;
}

const same: readonly [string, ...CommandArg[]][] = [
  ["return redis.call('LPUSH', 'text', 'x')", 0],
  ["\nlocal x = redis.call('LPUSH', 'text', 'x')\nreturn x", 0],
  ["error('boom')", 0],
  ["error({ err = 'MY boom' })", 0],
  ["error()", 0],
  ["\nlocal function f()\nerror({ err = 'X y' }) end\nf()", 0],
  ["return redis.error_reply('My err')", 0],
  ["return { 1, redis.error_reply('My err') }", 0],
  ["return { err = 'plain' }", 0],
  ["redis.call()", 0],
  ["redis.call({})", 0],
  ["redis.call(nil)", 0],
  ["redis.call('NOPE')", 0],
  ["return { redis.pcall('LPUSH', 'text', 'x') }", 0],
  ["local ok, e = pcall(redis.call, 'LPUSH', 'text', 'x') return { tostring(ok), e }", 0],
  ["local ok, e = pcall(redis.call, 'LPUSH', 'text', 'x') error(e)", 0],
  ["local a = nil; return a.b", 0],
  ["return foo", 0],
  ["foo = 1", 0],
  ["return 3.7", 0],
  ["return nil", 0],
  ["return false", 0],
  ["return true", 0],
  ["return", 0],
  ["", 0],
  ["-- only a comment", 0],
  ["return 1, 2", 0],
  ["return ...", 0],
  ["return {}", 0],
  ["return { 1, 2, { 3, 'a', { ok = 'FINE' } }, nil, 5 }", 0],
  ["return { ok = 'PONG' }", 0],
  ["return 'a\\0b'", 0],
  ["return redis.sha1hex('a')", 0],
  ["return { KEYS[1], ARGV[1], #KEYS, #ARGV }", 1, "k", "v"],
  ["redis.setresp(3) return redis.call('HGETALL', 'none')", 0],
  ["#!lua\nreturn 1", 0],
  ["#!lua flags=no-writes\nreturn redis.call('SET', 'a', 'b')", 0],
  ["#!lua flags=bogus\nreturn 1", 0],
  ["#!js\nreturn 1", 0],
  ["local function deep(n) if n == 0 then return { 1 } end return { deep(n - 1) } end return deep(50)", 0],
];

describe("a wrapped script answers as the bare one does", () => {
  for (const [source, ...args] of same) {
    test(JSON.stringify(source), async () => {
      const bare = await run(source, ...args);
      const wrapped = readScriptReply(await run(wrapper.wrapScript(source, shaOf(source)), ...args));
      expect(words(wrapped.result)).toEqual(words(bare));
    });
  }
});

describe("counting", () => {
  const count = async (source: string, ...args: CommandArg[]) =>
    Object.fromEntries(readScriptReply(await run(wrapper.wrapScript(source, "sha"), ...args)).calls);

  test("every call is counted, by name", async () => {
    const source = "for i = 1, 10 do redis.call('incr', 'n') end redis.pcall('GET', 'n') return redis.call('Get', 'n')";
    expect(await count(source, 0)).toEqual({ INCR: 10, GET: 2 });
  });

  test("what a failing script called is counted too, and so is what failed", async () => {
    expect(await count("redis.call('SET', 'a', 1) redis.call('LPUSH', 'a', 1) return 1", 0)).toEqual({
      SET: 1,
      LPUSH: 1,
    });
    expect(await count("redis.call('SET', 'a', 1) error('boom')", 0)).toEqual({ SET: 1 });
  });

  test("a script that calls nothing costs nothing inside", async () => {
    expect(await count("return 1", 0)).toEqual({});
  });

  test("a result that merely looks like a counted one is left alone", () => {
    expect(readScriptReply(["a", 1])).toEqual({ result: ["a", 1], calls: new Map() });
  });
});

describe("key locking", () => {
  const locked = (body: string) => wrapper.wrapScript(`#!lua flags=allow-key-locking,allow-oom\n${body}`, "sha");
  const result = async (body: string, ...args: CommandArg[]) =>
    words(readScriptReply(await run(locked(body), ...args)).result);

  test("declared keys may be touched, by any command", async () => {
    const body =
      "redis.call('MSET', KEYS[1], 1, KEYS[2], 2) redis.call('PUBLISH', 'c', '') return redis.call('MGET', unpack(KEYS))";
    expect(await result(body, 2, "a", "b")).toEqual(["1", "2"]);
  });

  test("another key is refused before it is touched", async () => {
    expect(await result("\nredis.call('MSET', KEYS[1], 1, 'other', 2)", 1, "a")).toBe(
      `error: ${DYNAMIC_KEY_ERROR}other script: sha, on @user_script:3.`,
    );
    expect(await redis.command(["EXISTS", "a", "other"])).toBe(0);
  });

  test("keys that only Redis can find are found", async () => {
    const error = await result("return redis.call('ZUNION', 2, KEYS[1], 'other')", 1, "a");
    expect(error).toContain("Key was: other");
  });

  test("a script sees the refusal as any error of Redis", async () => {
    const body = "local r = redis.pcall('GET', 'other') return r.err";
    expect(await result(body, 1, "a")).toBe(`${DYNAMIC_KEY_ERROR}other`);
  });

  test("commands on the whole database are refused", async () => {
    expect(await result("return redis.call('FLUSHDB')", 0)).toContain("'flushdb' is not allowed");
  });

  test("without the flag, or where it is not checked, nothing is refused", async () => {
    const unchecked = new ScriptWrapper(false, 0).wrapScript(
      "#!lua flags=allow-key-locking\nreturn redis.call('GET', 'text')",
      "s",
    );
    expect(readScriptReply(await run(unchecked, 0)).result).toBe("x");
    expect(readScriptReply(await run(wrapper.wrapScript("return redis.call('GET', 'text')", "s"), 0)).result).toBe("x");
  });
});

describe("record size", () => {
  test("a key may not outgrow the limit, and may shrink whatever its size", async () => {
    const limited = new ScriptWrapper(true, 20_000);
    const grow = limited.wrapScript("return redis.call('RPUSH', KEYS[1], ARGV[1])", "sha");
    const results: Reply[] = [];
    await run("return 1", 0);
    for (let i = 0; i < 5; i++) {
      const [reply = null] = await redis.commands([["EVAL", grow, 1, "list", "x".repeat(6_000)]]);
      results.push(words(readScriptReply(reply).result));
    }
    expect(results.slice(0, 2)).toEqual([1, 2]);
    expect(results[4]).toContain(RECORD_SIZE_ERROR);
    const shrink = limited.wrapScript("return #redis.call('LPOP', KEYS[1])", "sha");
    const [popped = null] = await redis.commands([["EVAL", shrink, 1, "list"]]);
    expect(readScriptReply(popped).result).toBe(6_000);
  });
});

describe("functions", () => {
  test("are counted, checked and listed as they were loaded", async () => {
    const source = [
      "#!lua name=mylib",
      "local function f(keys, args) redis.call('SET', keys[1], args[1]) return redis.call('GET', keys[1]) end",
      "redis.register_function('f', f)",
      "redis.register_function{ function_name = 'g', callback = function() return redis.call('GET', 'other'), 1 end,",
      "  flags = { 'no-writes', 'allow-key-locking' } }",
      "redis.register_function('h', function() error('boom') end)",
    ].join("\n");
    const wrapped = wrapper.wrapLibrary(source);
    expect(wrapper.unwrapLibrary(wrapped)).toBe(source);
    const replies = await redis.commands([
      ["FUNCTION", "LOAD", "REPLACE", wrapped],
      ["FCALL", "f", 1, "a", "b"],
      ["FCALL_RO", "g", 1, "a"],
      ["FCALL", "h", 0],
    ]);
    const [f, g, h] = replies.slice(1).map(readScriptReply);
    expect([f?.result, Object.fromEntries(f?.calls ?? [])]).toEqual(["b", { SET: 1, GET: 1 }]);
    expect(words(g?.result ?? null)).toBe(`error: ${DYNAMIC_KEY_ERROR}other script: g, on @user_function:4.`);
    expect(words(h?.result ?? null)).toBe("error: ERR user_function:6: boom script: h, on @user_function:6.");
  });
});
