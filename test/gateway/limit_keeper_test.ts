import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { GATEWAY_PLANS } from "../../src/gateway/gateway_options.ts";
import { failed, ok, openGatewayDesk } from "../support/gateway_desk.ts";

setDefaultTimeout(60_000);

describe("the size of a request", () => {
  test("is limited, announced or not", async () => {
    await using desk = await openGatewayDesk({ limits: { maxRequestBytes: 1_000 } });
    expect(await desk.run("SET", "a", "x".repeat(900))).toEqual(ok("OK"));
    const body = JSON.stringify(["SET", "a", "x".repeat(1_000)]);
    const error = `ERR max request size exceeded. Limit: 1000 bytes, Actual: ${body.length} bytes`;
    expect(await desk.post("/", body, { "content-length": String(body.length) })).toEqual(failed(error));
    expect(await desk.post("/", body)).toEqual(failed(expect.stringContaining("ERR max request size exceeded")));
    expect(await desk.get("/strlen/a")).toEqual(ok(900));
  });
});

describe("the size of a key", () => {
  test("is limited wherever the key stands, values are not", async () => {
    await using desk = await openGatewayDesk({ limits: { maxKeyBytes: 10 } });
    const error = failed("ERR max key size exceeded. Limit: 10 bytes");
    const long = "k".repeat(11);
    expect(await desk.run("SET", "short", long)).toEqual(ok("OK"));
    for (
      const command of [["SET", long, 1], ["MSET", "a", 1, long, 2], ["ZUNION", 2, "a", long], [
        "EVAL",
        "return 1",
        1,
        long,
      ]]
    ) {
      expect(await desk.run(...command)).toEqual(error);
    }
    expect(await desk.run("EVAL", "return #ARGV[1]", 1, "k", long)).toEqual(ok(11));
    const pipeline = await desk.post("/pipeline", [["GET", long], ["GET", "short"]]);
    expect(pipeline.body).toEqual([error.body, { result: long }]);
    expect((await desk.post("/multi-exec", [["SET", "b", 1], ["GET", long]])).status).toBe(400);
    expect(await desk.get("/exists/b")).toEqual(ok(0));
  });
});

describe("the size of a record", () => {
  test("is limited for commands and within scripts; what shrinks a record is always allowed", async () => {
    await using desk = await openGatewayDesk({ limits: { maxRecordBytes: 30_000 } });
    const error = failed(expect.stringContaining("ERR max single record size exceeded"));
    const chunk = "x".repeat(9_000);
    for (let i = 0; i < 2; i++) expect((await desk.run("RPUSH", "list", chunk)).status).toBe(200);
    expect(await desk.run("RPUSH", "list", chunk, chunk)).toEqual(error);
    expect(await desk.run("SET", "text", "x".repeat(31_000))).toEqual(error);
    const push = "return redis.call('RPUSH', KEYS[1], ARGV[1], ARGV[1])";
    expect(await desk.run("EVAL", push, 1, "list", chunk)).toEqual(error);
    expect(await desk.run("LLEN", "list")).toEqual(ok(2));
    expect((await desk.run("LPOP", "list")).status).toBe(200);
    expect(await desk.run("EVAL", "return redis.call('DEL', KEYS[1])", 1, "list")).toEqual(ok(1));
  });
});

describe("the pace of commands", () => {
  test("is kept by waiting, the commands inside scripts included", async () => {
    await using desk = await openGatewayDesk({ limits: { commandsPerSecond: 100 } });
    const start = performance.now();
    const script = "for i = 1, 200 do redis.call('PING') end return 1";
    expect(await desk.run("EVAL", script, 0)).toEqual(ok(1));
    expect((await desk.get("/ping")).status).toBe(200);
    // 201 commands, of which a second's worth had been saved up: the next one waits for the rest.
    expect(performance.now() - start).toBeGreaterThan(900);
  });
});

test("every plan limits everything", () => {
  for (const limits of Object.values(GATEWAY_PLANS)) {
    expect(Object.values(limits).every((limit) => limit > 0)).toBe(true);
    expect(Object.keys(limits)).toEqual(["commandsPerSecond", "maxRequestBytes", "maxRecordBytes", "maxKeyBytes"]);
  }
});
