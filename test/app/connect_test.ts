import { describe, expect, test } from "bun:test";
import { connect, maskUrl, restAccess } from "../../src/app/connect.ts";

/** What the broker of a URL says of itself; nothing is opened by asking. */
async function described(url: string, env = {}): Promise<string> {
  const broker = await connect(url, env);
  await broker.close();
  return broker.description;
}

describe("a URL", () => {
  test.each([
    ["memory:", "memory"],
    ["sqlite::memory:", "sqlite :memory:"],
    ["redis://user:hidden@127.0.0.1:1/2", "redis 127.0.0.1:1/2"],
    ["rediss://127.0.0.1:1", "rediss 127.0.0.1:1"],
    ["redis+cluster://:hidden@127.0.0.1:1,127.0.0.1:2", "redis cluster 127.0.0.1:1,127.0.0.1:2"],
    ["rediss+cluster://127.0.0.1:1", "redis cluster 127.0.0.1:1"],
    ["https://:hidden@eu1.example", "upstash https://eu1.example"],
  ])("%s leads to %s, without its secrets", async (url, description) => {
    expect(await described(url)).toBe(description);
    expect(maskUrl(url)).not.toContain("hidden");
  });

  test("of no broker is refused, without its secrets", async () => {
    const error = await connect("amqp://user:hidden@host").catch(String);
    expect(error).toContain("must be one of memory:, sqlite:<path>, redis://host:6379");
    expect(error).not.toContain("hidden");
  });
});

test("the token of a REST API stands in its URL, or in a variable", () => {
  expect(restAccess("https://:a%2Fb@db.example/", {})).toEqual({ url: "https://db.example", token: "a/b" });
  const env = { UMBEL_BROKER_TOKEN: "own", UPSTASH_REDIS_REST_TOKEN: "theirs" };
  expect(restAccess("https://db.example/rest", env)).toEqual({ url: "https://db.example/rest", token: "own" });
  expect(() => restAccess("https://db.example", {})).toThrow("set UMBEL_BROKER_TOKEN or UPSTASH_REDIS_REST_TOKEN");
});
