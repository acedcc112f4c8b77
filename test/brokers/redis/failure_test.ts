/** What answers of servers and lost connections mean to a caller: try again, refused for good, or nobody knows. */
import { describe, expect, test } from "bun:test";
import { judge, persist } from "../../../src/brokers/redis/failure.ts";
import { ConnectionLost, RedisError } from "../../../src/brokers/redis/redis_error.ts";

const PASSING = [
  "LOADING Redis is loading the dataset in memory",
  "READONLY You can't write against a read only replica.",
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  "CLUSTERDOWN The cluster is down",
  "TRYAGAIN Multiple keys request during rehashing of slot",
  "NOREPLICAS Not enough good replicas to write.",
  "BUSY Redis is busy running a script.",
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
  "OOM command not allowed when used memory > 'maxmemory'.",
  "ERR DB capacity quota exceeded",
  "ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.",
  "ERR max requests limit exceeded. Limit: 500000, Usage: 500000.",
  "ERR max concurrent connections exceeded",
  "ERR max number of clients reached",
  "HTTP 429",
];

const REFUSED = [
  "ERR max request size exceeded. Limit: 10485760 bytes, Actual: 20000000 bytes",
  "ERR max single record size exceeded",
  "NOAUTH Authentication required.",
  "WRONGPASS invalid username-password pair or user is disabled.",
  "WRONGPASS invalid or missing auth token",
  "NOPERM this user has no permissions to run the 'evalsha' command",
];

describe("judge", () => {
  test.each(PASSING)("%s: nothing was done, and another try may help", (message) => {
    expect(judge(new RedisError(message))).toMatchObject({ kind: "passing", effect: "not done" });
  });

  test.each(REFUSED)("%s: nothing was done, and nothing helps", (message) => {
    expect(judge(new RedisError(message))).toMatchObject({ kind: "refused", effect: "not done" });
  });

  test("a connection that is lost tells whether the command was sent", () => {
    expect(judge(new ConnectionLost("x", true))).toMatchObject({ kind: "passing", effect: "unknown" });
    expect(judge(new ConnectionLost("x", false))).toMatchObject({ kind: "passing", effect: "not done" });
  });

  test("what is not known is passed on", () => {
    expect(judge(new RedisError("ERR something else")).kind).toBe("broken");
    expect(judge(new TypeError("x")).kind).toBe("broken");
  });
});

test("a try that would be cut off before its answer is not made: it would leave unknown what is known", async () => {
  let now = 0;
  const clock = { now: () => now, sleep: (ms: number) => Promise.resolve(void (now += ms)) };
  const params = { clock, timeout: 1_000, signal: new AbortController().signal };
  const tries: number[] = [];
  const call = persist("publish", true, params, () => {
    tries.push(now);
    now += 5;
    return Promise.reject(new RedisError(tries.length > 1_000 ? "ERR endless" : "LOADING"));
  });
  expect(await call.catch((error) => error)).toMatchObject({ name: "BrokerUnavailable", effect: "not done" });
  expect(tries.length).toBeGreaterThan(1);
  expect(Math.max(...tries)).toBeLessThan(900);
});
