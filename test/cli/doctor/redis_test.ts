import { describe, expect, test } from "bun:test";
import { type CheckedRedis, checkRedis } from "../../../src/cli/doctor/redis.ts";

interface Answers {
  readonly info?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly time?: () => number;
  readonly locks?: boolean;
  readonly ping?: () => void;
  readonly cluster?: string;
}

const HEALTHY = "redis_version:7.2.4\r\nrole:master\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n";

/** A server that answers as told. */
function server(answers: Answers, managed = false): CheckedRedis {
  const { info = HEALTHY, settings = {}, time = Date.now, locks = false, ping, cluster = "ok" } = answers;
  return {
    managed,
    ask: async (command, ...rest) => {
      await Promise.resolve();
      switch (command) {
        case "PING":
          ping?.();
          return "PONG";
        case "INFO":
          return info;
        case "TIME":
          return [String(Math.floor(time() / 1_000)), String(time() % 1_000 * 1_000)];
        case "CLUSTER":
          return `cluster_state:${cluster}\r\ncluster_known_nodes:3\r\n`;
        case "EVAL":
          if (locks) return 1;
          throw new Error("ERR Unexpected flag in script shebang: allow-key-locking");
        default: {
          const value = settings[rest[1] ?? ""];
          if (value === undefined) throw new Error("NOPERM this user has no permissions");
          return [rest[1], value];
        }
      }
    },
  };
}

async function found(answers: Answers, managed?: boolean): Promise<Record<string, string>> {
  const findings = await checkRedis(server(answers, managed));
  return Object.fromEntries(findings.map(({ what, level, found }) => [what, `${level}: ${found}`]));
}

test.each([
  ["NOAUTH Authentication required.", /the right user and password/],
  ["WRONGPASS invalid or missing auth token", /the right user and password/],
  ["getaddrinfo ENOTFOUND no.such.host.invalid", /check the name of the host/],
  ["self signed certificate", /NODE_EXTRA_CA_CERTS/],
  ["connect ECONNREFUSED 127.0.0.1:1", /that the server runs/],
])("a server that answers %s is not reached", async (words, advice) => {
  const ping = () => {
    throw new Error(words);
  };
  expect(await checkRedis(server({ ping }))).toEqual([
    { level: "change", what: "reachable", found: words, advice: expect.stringMatching(advice) },
  ]);
});

describe("the doctor", () => {
  test("finds nothing to do on a good server", async () => {
    const findings = await checkRedis(server({ settings: { appendfsync: "everysec" } }));
    expect(findings.map(({ level, what }) => `${level} ${what}`)).toEqual([
      "ok reachable",
      "ok latency",
      "ok clock",
      "ok key locking",
      "ok version",
      "ok role",
      "ok eviction",
      "ok persistence",
    ]);
  });

  test("looks no further when the server does not let it in", async () => {
    const ping = () => {
      throw new Error("lost", { cause: new Error("WRONGPASS invalid username-password pair") });
    };
    expect(await checkRedis(server({ ping }))).toEqual([{
      level: "change",
      what: "reachable",
      found: "WRONGPASS invalid username-password pair",
      advice: "give the right user and password, or token, in the broker's URL",
    }]);
  });

  test("tells of an old version, a replica and a cluster", async () => {
    const old = await found({ info: "redis_version:6.2.6\r\nrole:slave\r\nmaxmemory_policy:noeviction\r\n" });
    expect(old).toMatchObject({ version: "change: Redis 6.2.6", role: expect.stringContaining("change: a replica") });
    const valkey = await found({ info: "redis_version:7.2.4\r\nvalkey_version:8.1.0\r\ncluster_enabled:1\r\n" });
    expect(valkey).toMatchObject({ version: "ok: Valkey 8.1.0", role: "note: a node of a cluster" });
  });

  test("asks a node of a cluster for the whole", async () => {
    const of = async (answers: Answers) => {
      const findings = await checkRedis(server(answers), "cluster");
      return findings.filter(({ what }) => /cluster|role/.test(what)).map(({ level, found }) => `${level}: ${found}`);
    };
    const info = `${HEALTHY}role:slave\r\ncluster_enabled:1\r\n`;
    expect(await of({ info })).toEqual(["ok: whole"]);
    expect(await of({ info, cluster: "fail" })).toEqual(["change: fail"]);
    expect(await of({})).toEqual(["change: a server by itself"]);
  });

  test("tells of what may lose tasks", async () => {
    const memory = "used_memory:90\r\nmaxmemory:100\r\nmaxmemory_human:100B\r\nmaxmemory_policy:volatile-lru\r\n";
    expect(await found({ info: `${memory}aof_enabled:0\r\n`, settings: { save: "" } })).toMatchObject({
      eviction: "change: volatile-lru",
      memory: "note: 90 % of 100B are used",
      persistence: "change: none: all tasks are lost when the server ends",
    });
    const snapshots = await found({ info: "aof_enabled:0\r\n", settings: { save: "3600 1" } });
    expect(snapshots.persistence).toContain("note: snapshots only");
    const lazy = await found({ info: "aof_enabled:1\r\n", settings: { appendfsync: "no" } });
    expect(lazy.persistence).toContain("note: an append-only file that is written to the disk at leisure");
    const full = await found({ info: "aof_enabled:1\r\naof_last_write_status:err\r\n" });
    expect(full.persistence).toBe("change: the append-only file cannot be written");
  });

  test("tells how far the clocks are apart", async () => {
    expect((await found({ time: () => Date.now() - 5_000 })).clock).toMatch(/^note: [2-5]\S*s behind ours$/);
    expect((await found({ time: () => Date.now() + 3_600_000 })).clock).toMatch(/^change: \S+ before ours$/);
  });

  test("asks a managed server only for what its owner can change", async () => {
    const good = await found({ info: "", settings: { "maxmemory-policy": "noeviction" }, locks: true }, true);
    expect(Object.keys(good)).toEqual(["reachable", "latency", "clock", "key locking", "eviction"]);
    expect(good["key locking"]).toBe("ok: scripts lock their own keys alone");
    const bad = await found({ info: "", settings: { "maxmemory-policy": "optimistic-volatile" } }, true);
    expect(bad).toMatchObject({
      "eviction": "change: optimistic-volatile",
      "key locking": "note: not known to the server",
    });
  });
});
