import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { RespClient } from "../../src/brokers/redis/resp_client.ts";
import { type GatewayDesk, openGatewayDesk } from "../support/gateway_desk.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(60_000);
let desk: GatewayDesk;
let redis: RespClient;
beforeAll(async () => {
  desk = await openGatewayDesk({ keepAlive: "50ms" });
  redis = new RespClient({ url: desk.server.url });
});
afterAll(async () => {
  await redis.close();
  await desk[Symbol.asyncDispose]();
});

/** Reads a stream line by line, leaving comments out unless asked for. */
class Lines {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(body: ReadableStream<Uint8Array> | null) {
    if (body === null) throw new Error("There is no body");
    this.#reader = body.getReader();
  }

  async next(comments = false): Promise<string | undefined> {
    while (true) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { value, done } = await this.#reader.read();
        if (done) return undefined;
        this.#text += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      if (comments || !line.startsWith(":")) return line;
    }
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

async function open(path: string, signal?: AbortSignal, token?: string): Promise<Lines> {
  const headers = { accept: "text/event-stream", "upstash-encoding": "base64" };
  const response = await desk.send(path, { method: "POST", body: "[]", headers, ...(signal ? { signal } : {}) }, token);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  return new Lines(response.body);
}

const publish = (channel: string, text: string) => redis.command(["PUBLISH", channel, text]);
const listeners = (channel: string) => redis.command(["PUBSUB", "NUMSUB", channel]);

describe("subscriptions", () => {
  test("tell what is published, from the first moment", async () => {
    const lines = await open("/subscribe/a/b%20c");
    expect(await publish("a", "hello, world")).toBe(1);
    await publish("b c", "é🎉");
    expect(await lines.next()).toBe("data: subscribe,a,1");
    expect(await lines.next()).toBe("data: subscribe,b c,2");
    expect(await lines.next()).toBe("data: message,a,hello, world");
    expect(await lines.next()).toBe("data: message,b c,é🎉");
    await lines.cancel();
    await until("the end", async () => JSON.stringify(await listeners("a")) === '["a",0]');
  });

  test("follow patterns, and keyspace notifications", async () => {
    expect((await desk.run("CONFIG", "SET", "notify-keyspace-events", "K$")).status).toBe(200);
    const lines = await open("/psubscribe/__keyspace@0__:*");
    await desk.run("SET", "watched", 1);
    expect(await lines.next()).toBe("data: psubscribe,__keyspace@0__:*,1");
    expect(await lines.next()).toBe("data: pmessage,__keyspace@0__:*,__keyspace@0__:watched,set");
    await lines.cancel();
  });

  test("are counted one by one, whoever listens", async () => {
    const both = [await open("/subscribe/twice"), await open("/subscribe/twice", undefined, "read-token")];
    expect(await publish("twice", "x")).toBe(2);
    await both[0]?.cancel();
    await until("the end of one", async () => await publish("twice", "y") === 1);
    await both[1]?.cancel();
  });

  test("end with their client", async () => {
    const abort = new AbortController();
    await open("/subscribe/gone", abort.signal);
    abort.abort();
    await until("the end", async () => JSON.stringify(await listeners("gone")) === '["gone",0]');
  });

  test("send a comment when nothing happens", async () => {
    const lines = await open("/subscribe/silent");
    expect(await lines.next(true)).toBe("data: subscribe,silent,1");
    expect(await lines.next(true)).toBe(": keep-alive");
    await lines.cancel();
  });

  test("end when their connection to Redis does, for messages may be lost then", async () => {
    const lines = await open("/subscribe/cut");
    await lines.next();
    await redis.command(["CLIENT", "KILL", "TYPE", "pubsub"]);
    expect(await lines.next()).toBeUndefined();
  });

  test("break off when they are cut on purpose", async () => {
    const lines = await open("/subscribe/broken");
    await lines.next();
    desk.gateway.faults.cutStreams();
    const broken = await lines.next().then(() => false, () => true);
    expect(broken).toBe(true);
  });

  test("need a name and a token", async () => {
    expect((await desk.send("/subscribe", { method: "POST" })).status).toBe(400);
    expect((await desk.send("/subscribe/a", { method: "POST" }, "")).status).toBe(401);
  });
});

test("the monitor shows every command", async () => {
  const lines = await open("/monitor");
  expect(await lines.next()).toBe('data: "OK"');
  await redis.command(["GET", "seen"]);
  await until("the line", async () => /^data: \d+\.\d+ \[0 .*\] "GET" "seen"$/.test(await lines.next() ?? ""));
  await lines.cancel();
});

test("a gateway that closes ends its streams", async () => {
  await using other = await openGatewayDesk();
  const response = await other.send("/subscribe/a", { method: "POST" });
  const lines = new Lines(response.body);
  await lines.next();
  await other.gateway.close();
  expect(await lines.next()).toBeUndefined();
});
