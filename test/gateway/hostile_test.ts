/** What a served gateway does with requests that mean no good. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { type ServedGateway, serveGateway } from "../../src/gateway/mod.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";

let server: RedisServer;
let gateway: ServedGateway;
beforeAll(async () => {
  server = await startRedisServer();
  gateway = await serveGateway({ redis: server.url, port: 0, token: "token" });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await server.stop();
}, 60_000);

async function post(body: unknown, path = "/"): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: "Bearer token" };
  const raw = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(gateway.url + path, { method: "POST", headers, body: raw });
  return { status: response.status, body: await response.json() };
}

/** Opens a connection and sends a part of a request. */
async function begin(part: string): Promise<Socket> {
  const socket = connect(gateway.port, "127.0.0.1");
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.write(part, () => resolve()));
  return socket;
}

describe("a hostile request", () => {
  test("nested without end is refused", async () => {
    const nested = "[".repeat(100_000) + "]".repeat(100_000);
    expect((await post(nested)).status).toBe(400);
    expect((await post(`["SET","a",${nested}]`)).status).toBe(400);
  });

  test("of thousands of commands is answered whole, and nobody else waits for ever", async () => {
    const [{ status, body }, other] = await Promise.all([
      post(Array.from({ length: 20_000 }, (_, i) => ["SET", `many ${i}`, "x"]), "/pipeline"),
      post(["PING"]),
    ]);
    expect([status, Array.isArray(body) && body.length]).toEqual([200, 20_000]);
    expect(other.body).toEqual({ result: "PONG" });
  }, 60_000);

  test("cannot smuggle a command into a key or a name", async () => {
    await post(["SET", "stays", "1"]);
    await post(["SET", "a\r\nFLUSHALL\r\n", "x"]);
    expect((await post(["GET\r\nFLUSHALL", "x"])).status).toBe(400);
    expect((await post(["GET\u0000", "x"])).status).toBe(400);
    expect((await post('{"__proto__":[]}')).status).toBe(400);
    expect((await post(["GET", "stays"])).body).toEqual({ result: "1" });
  });

  test("cannot hold or change the connection that all share, not even from a script", async () => {
    for (
      const command of [
        ["BLPOP", "none", "0"],
        ["XREAD", "BLOCK", "0", "STREAMS", "none", "$"],
        ["WAIT", "1", "0"],
        ["MULTI"],
        ["SELECT", "1"],
        ["CLIENT", "REPLY", "OFF"],
        ["SUBSCRIBE", "x"],
        ["MONITOR"],
        ["HELLO", "3"],
        ["QUIT"],
        ["RESET"],
        ["EVAL", "return redis.call('BLPOP', KEYS[1], 0)", "1", "none"],
        ["EVAL", "return redis.call('SUBSCRIBE', 'x')", "0"],
        [""],
      ]
    ) {
      expect((await post(command)).status).toBe(400);
    }
    expect((await post(["PING"])).body).toEqual({ result: "PONG" });
  });

  test("that breaks off in its body runs nothing", async () => {
    const head = "POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer token\r\ncontent-length: 100\r\n\r\n";
    const socket = await begin(`${head}["SET","half","x"]`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    expect((await post(["EXISTS", "half"])).body).toEqual({ result: 0 });
  });

  test("that never comes to its end does not keep others waiting", async () => {
    const slow = await Promise.all(Array.from({ length: 100 }, () => begin("POST / HTTP/1.1\r\nhost:")));
    expect((await post(["PING"])).body).toEqual({ result: "PONG" });
    slow.forEach((socket) => socket.destroy());
  });
});
