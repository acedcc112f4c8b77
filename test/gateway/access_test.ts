import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
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

describe("access", () => {
  test("a missing or wrong token is told apart from nothing", async () => {
    const wrong = failed("WRONGPASS invalid or missing auth token", 401);
    expect(await desk.get("/ping", "")).toEqual(wrong);
    expect(await desk.get("/ping", "full-toke")).toEqual(wrong);
    expect(await desk.get("/ping?_token=nope", "")).toEqual(wrong);
    expect(await desk.get("/_cost", "")).toEqual(wrong);
  });

  test("the token may come in the query", async () => {
    expect(await desk.get("/set/foo/bar?_token=full-token", "")).toEqual(ok("OK"));
    expect(await desk.get("/set/foo/bar?EX=100&_token=full-token", "")).toEqual(ok("OK"));
  });

  test("the read-only token reads", async () => {
    await desk.run("SET", "foo", "bar");
    expect(await desk.get("/get/foo", "read-token")).toEqual(ok("bar"));
    expect(await desk.get("/ping", "read-token")).toEqual(ok("PONG"));
    expect(await desk.get("/zrange/none/0/-1", "read-token")).toEqual(ok([]));
    expect((await desk.get("/_cost", "read-token")).status).toBe(200);
  });

  test("the read-only token does nothing else", async () => {
    const refusal = (name: string) =>
      failed(`NOPERM this user has no permissions to run the '${name}' command or its subcommand`);
    for (
      const path of [
        "/set/foo/1",
        "/keys/*",
        "/scan/0",
        "/flushall",
        "/eval/return%201/0",
        "/config/get/notify-keyspace-events",
      ]
    ) {
      expect(await desk.get(path, "read-token")).toEqual(refusal(path.split("/")[1] ?? ""));
    }
    const mixed = await desk.post("/pipeline", [["GET", "foo"], ["SET", "foo", 1]], {}, "read-token");
    expect(mixed.body).toEqual([{ result: null }, refusal("set").body]);
    expect((await desk.post("/multi-exec", [["GET", "foo"], ["SET", "foo", 1]], {}, "read-token")).status).toBe(400);
    expect((await desk.send("/monitor", { method: "POST" }, "read-token")).status).toBe(400);
    expect((await desk.send("/_cost", { method: "DELETE" }, "read-token")).status).toBe(400);
  });

  test("other methods are refused", async () => {
    for (const method of ["DELETE", "PATCH", "OPTIONS"]) {
      expect((await desk.send("/get/foo", { method })).status).toBe(405);
    }
  });

  test("commands that REST cannot have are refused", async () => {
    const commands = [
      ...[
        "BLPOP a 0",
        "bzpopmin a 0",
        "MULTI",
        "EXEC",
        "WATCH a",
        "AUTH x",
        "HELLO 3",
        "SELECT 1",
        "CLIENT LIST",
        "SUBSCRIBE a",
      ],
      ...[
        "MONITOR",
        "SHUTDOWN",
        "DEBUG SLEEP 1",
        "REPLICAOF a 1",
        "ACL LIST",
        "CONFIG GET requirepass",
        "CONFIG SET dir /",
      ],
      ...["XREAD BLOCK 0 STREAMS a 0", "XREADGROUP GROUP g c COUNT 1 block 0 STREAMS a >", "WAIT 1 0"],
    ];
    for (const command of commands) {
      const answer = await desk.post("/", command.split(" "));
      expect(answer).toEqual(failed(expect.stringContaining("ERR Command is not available")));
    }
    const disguised = await desk.post("/xread?0&STREAMS&a&0", "BLOCK");
    expect(disguised).toEqual(failed(expect.stringContaining("ERR Command is not available")));
    expect(await desk.run("CONFIG", "SET", "notify-keyspace-events", "")).toEqual(ok("OK"));
    expect(await desk.run("XREAD", "STREAMS", "BLOCK", "0")).toEqual(ok(null));
    expect((await desk.run("XREADGROUP", "GROUP", "BLOCK", "c", "STREAMS", "a", ">")).body).toEqual({
      error: expect.stringContaining("NOGROUP"),
    });
  });
});
