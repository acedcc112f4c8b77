import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { ConnectionLost, RedisError, RespProtocolError } from "../../../src/brokers/redis/redis_error.ts";
import type { Reply } from "../../../src/brokers/redis/resp.ts";
import { RespConnection } from "../../../src/brokers/redis/resp_connection.ts";
import type { PushMessage } from "../../../src/brokers/redis/resp_subscriptions.ts";
import { freePort, type RedisServer, startRedisServer } from "../../support/redis_server.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);
let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer({ password: "p@ss word" });
});
afterAll(() => server.stop());

const connect = (more = {}) => RespConnection.connect({ url: server.url, ...more });

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown");
}

/** A server that answers every chunk by the given function. */
async function fakeServer(answer: (socket: Socket, text: string) => void): Promise<{ port: number; close(): void }> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (chunk) => answer(socket, chunk.toString("latin1")));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => listener.listen(port, "127.0.0.1", resolve));
  return { port, close: () => (listener.close(), sockets.forEach((socket) => socket.destroy())) };
}

describe("commands", () => {
  test("a command is answered, as text or as the bytes that were stored", async () => {
    await using redis = await connect();
    const every = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(await redis.command(["SET", "every", every])).toBe("OK");
    expect(await redis.command(["GET", "every"], { decoding: "bytes" })).toEqual(every);
    expect(await redis.command(["SET", Uint8Array.of(255), 12])).toBe("OK");
    expect(await redis.command(["GET", Uint8Array.of(255)])).toBe("12");
    expect(await redis.command(["GET", "none"])).toBeNull();
    expect(await redis.command(["ECHO", "é🎉"], { decoding: "raw" })).toEqual(
      new TextEncoder().encode("$6\r\né🎉\r\n"),
    );
  });

  test("thousands at once keep their order", async () => {
    await using redis = await connect();
    const answers = await Promise.all(Array.from({ length: 5_000 }, (_, i) => redis.command(["ECHO", i])));
    expect(answers).toEqual(Array.from({ length: 5_000 }, (_, i) => String(i)));
  });

  test("a batch gives its errors as values, a lone command throws", async () => {
    await using redis = await connect();
    const replies = await redis.commands([["SET", "text", "a"], ["INCR", "text"], ["GET", "text"]]);
    expect(replies).toEqual(["OK", new RedisError("ERR value is not an integer or out of range"), "a"]);
    const error = await failure(redis.command(["LPUSH", "text", "x"]));
    expect(error instanceof RedisError && error.code).toBe("WRONGTYPE");
    expect(await redis.commands([])).toEqual([]);
  });

  test("a batch is not interleaved, so that a transaction is safe on a shared connection", async () => {
    await using redis = await connect();
    const transaction = (value: number) =>
      redis.commands([["MULTI"], ["SET", "shared", value], ["GET", "shared"], ["EXEC"]]).then((replies) => replies[3]);
    const all: Promise<Reply | undefined>[] = [];
    for (let i = 0; i < 200; i++) {
      all.push(transaction(i));
      void redis.command(["SET", "shared", -1]);
    }
    expect(await Promise.all(all)).toEqual(Array.from({ length: 200 }, (_, i) => ["OK", String(i)]));
  });

  test("a large value comes whole", async () => {
    await using redis = await connect();
    const value = "x".repeat(5 << 20);
    await redis.command(["SET", "large", value]);
    expect(await redis.command(["GET", "large"]) === value).toBe(true);
  });

  test("a mistake in one command of a batch sends none of it and leaves the connection in step", async () => {
    await using redis = await connect();
    const broken: unknown = [["SET", "never", 1], ["SET", "never", undefined]];
    expect(await failure(Reflect.apply(redis.commands, redis, [broken]))).toBeInstanceOf(TypeError);
    expect(await redis.command(["EXISTS", "never"])).toBe(0);
  });
});

describe("entering", () => {
  test("selects the database", async () => {
    await using second = await connect({ db: 2 });
    await second.command(["SET", "where", "two"]);
    await using first = await connect();
    expect(await first.command(["GET", "where"])).toBeNull();
    expect(await failure(connect({ db: 9_999 }))).toBeInstanceOf(RedisError);
  });

  test("a server that is loading its data is not ready, a user that may not ping is let in", async () => {
    const loading = await fakeServer((socket) => socket.write("-LOADING Redis is loading the dataset in memory\r\n"));
    const error = await failure(RespConnection.connect({ port: loading.port }));
    expect(error instanceof RedisError && error.code).toBe("LOADING");
    loading.close();
    await using admin = await connect();
    await admin.command(["ACL", "SETUSER", "mute", "on", ">pw", "+get", "~*"]);
    await using mute = await connect({ username: "mute", password: "pw" });
    expect(await mute.command(["GET", "none"])).toBeNull();
  });

  test("a refused password is a typed error that does not tell it", async () => {
    const error = await failure(connect({ password: "wr0ng" }));
    expect(error instanceof RedisError && error.code).toBe("WRONGPASS");
    expect(Bun.inspect(error)).not.toContain("wr0ng");
  });

  test("a port where nobody listens, a silent server and a signal end the attempt", async () => {
    expect(await failure(RespConnection.connect({ port: await freePort() }))).toBeInstanceOf(Error);
    const silent = await fakeServer(() => {});
    const late = await failure(RespConnection.connect({ port: silent.port, password: "a", connectTimeout: 100 }));
    expect(late).toBeInstanceOf(Error);
    const abort = new AbortController();
    const attempt = RespConnection.connect({ port: silent.port, password: "a", signal: abort.signal });
    abort.abort(new Error("changed my mind"));
    expect(String(await failure(attempt))).toContain("changed my mind");
    silent.close();
  });
});

describe("losing the connection", () => {
  test("a killed client tells what was sent", async () => {
    await using redis = await connect();
    await using other = await connect();
    const id = await redis.command(["CLIENT", "ID"]);
    const waiting = failure(redis.command(["BLPOP", "empty", 0]));
    await until(
      "the blocked client",
      async () => String(await other.command(["CLIENT", "LIST"])).includes("cmd=blpop"),
    );
    await other.command(["CLIENT", "KILL", "ID", Number(id)]);
    const lost = await waiting;
    expect(lost instanceof ConnectionLost && lost.written).toBe(true);
    expect(await redis.closed).toBeInstanceOf(Error);
    const late = await failure(redis.command(["PING"]));
    expect(late instanceof ConnectionLost && late.written).toBe(false);
  });

  test("a command not yet written is told apart", async () => {
    await using redis = await connect();
    const lost = failure(redis.command(["PING"]));
    redis.destroy(new Error("enough"));
    const error = await lost;
    expect(error instanceof ConnectionLost && error.written).toBe(false);
    expect(String(error)).toContain("enough");
  });

  test("a frozen server is found out by the deadline of a command", async () => {
    await using frozen = await startRedisServer();
    const redis = await RespConnection.connect({ port: frozen.port });
    frozen.pause();
    const lost = await failure(redis.command(["PING"], { timeout: 200 }));
    expect(lost instanceof ConnectionLost && lost.written).toBe(true);
    expect(redis.open).toBe(false);
  });

  test("a frozen server is found out by a listener's ping", async () => {
    await using frozen = await startRedisServer();
    const redis = await RespConnection.connect({ port: frozen.port, pingAfter: 100, commandTimeout: 2_000 });
    await redis.subscribe(["quiet"], () => {});
    frozen.pause();
    expect(String(await redis.closed)).toContain("not answered in time");
  });

  test("pings keep a quiet connection open", async () => {
    await using redis = await connect({ pingAfter: 20 });
    await using other = await connect();
    const pings = async () =>
      Number(/cmdstat_ping:calls=(\d+)/.exec(String(await other.command(["INFO", "commandstats"])))?.[1] ?? 0);
    await until("three pings", async () => await pings() >= 3);
    expect(await redis.command(["PING"])).toBe("PONG");
  });

  test("bytes that are not RESP2 and answers to nothing end the connection", async () => {
    const web = await fakeServer((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const lost = await failure(RespConnection.connect({ port: web.port }));
    expect(lost instanceof ConnectionLost && lost.cause).toBeInstanceOf(RespProtocolError);
    web.close();
    const chatty = await fakeServer((socket) => socket.write("+PONG\r\n+PONG\r\n"));
    const redis = await RespConnection.connect({ port: chatty.port });
    expect(String(await redis.closed)).toContain("what nobody asked");
    chatty.close();
  });

  test("close waits for what was sent", async () => {
    const redis = await connect();
    const answers = [redis.command(["ECHO", "a"]), redis.command(["ECHO", "b"])];
    await redis.close();
    expect(await Promise.all(answers)).toEqual(["a", "b"]);
    expect(await redis.closed).toBeUndefined();
    await redis.close();
  });
});

describe("listening", () => {
  test("messages of channels and patterns come as they were sent", async () => {
    await using ears = await connect({ decoding: "bytes" });
    await using mouth = await connect();
    const heard: PushMessage[] = [];
    await ears.subscribe(["a", "b"], (message) => heard.push(message));
    await ears.psubscribe(["n*"], (message) => heard.push(message));
    const payload = Uint8Array.of(0, 255, 13, 10);
    expect(await mouth.commands([["PUBLISH", "b", payload], ["PUBLISH", "news", payload]])).toEqual([1, 1]);
    await until("two messages", () => heard.length === 2);
    expect(heard).toEqual([
      { channel: "b", pattern: undefined, payload },
      { channel: "news", pattern: "n*", payload },
    ]);
    await ears.unsubscribe(["a", "b"]);
    await ears.punsubscribe(["n*"]);
    expect(await mouth.commands([["PUBLISH", "b", "x"], ["PUBLISH", "news", "x"]])).toEqual([0, 0]);
    expect(await ears.command(["ECHO", "back to commands"], { decoding: "text" })).toBe("back to commands");
  });

  test("a forbidden channel is an error", async () => {
    await using admin = await connect();
    await admin.command(["ACL", "SETUSER", "deaf", "on", ">pw", "+@all", "resetchannels", "&ok"]);
    await using ears = await connect({ username: "deaf", password: "pw" });
    const error = await failure(ears.subscribe(["ok", "forbidden"], () => {}));
    expect(error instanceof RedisError && error.code).toBe("NOPERM");
    await ears.subscribe(["ok"], () => {});
  });

  test("a monitor sees what others do", async () => {
    await using eyes = await connect();
    await using other = await connect();
    const lines: string[] = [];
    await eyes.monitor((line) => lines.push(line));
    await other.command(["SET", "seen", "1"]);
    await until("the line", () => lines.some((line) => line.includes('"SET" "seen" "1"')));
  });
});
