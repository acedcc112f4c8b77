/** What the routes do with requests that mean no good, or come from a browser, and with clients that go away. */
import { afterEach, describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { cors } from "hono/cors";
import * as z from "zod";
import { Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { BrokerUnavailable, QueueFull } from "../../src/broker_error.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { umbel, umbelRoutes } from "../../src/hono/mod.ts";
import { Worker } from "../../src/worker/mod.ts";
import { until } from "../support/until.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function open(broker = new MemoryBroker()) {
  const app = new Umbel("open", { broker, log: silentLogger });
  app.task("any", { args: [z.unknown()], kwargs: z.object({ tag: z.string().optional() }) }, (value) => value);
  app.task(
    "rich",
    {},
    () => ({ big: 2n ** 70n, map: new Map([["a", 1]]), set: new Set([1]), bytes: Uint8Array.of(1, 2) }),
  );
  app.task("sleeps", { bind: true }, async (ctx) => {
    await ctx.progress({ done: 1 });
    await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
  });
  const routes = umbelRoutes(app, {
    expose: ["any", "rich", "sleeps"],
    authorize: () => true,
    longestBody: 1_000,
    keyScope: (c) => c.req.header("x-user") ?? "",
  });
  const api = new Hono().use(cors({ origin: "https://shop.example" })).use(umbel(app)).route("/", routes);
  const post = async (body: BodyInit, headers: Record<string, string> = {}, task = "any") => {
    const all = { "content-type": "application/json", ...headers };
    const response = await api.request(`/tasks/${task}`, { method: "POST", headers: all, body });
    return { status: response.status, body: await response.json() };
  };
  return { app, api, post };
}

describe("a hostile request", () => {
  test("with a body that is too long is refused, whether it says so or not", async () => {
    const { post } = open();
    expect((await post(JSON.stringify({ args: ["x".repeat(1_000)] }))).status).toBe(413);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 100;
        controller.enqueue(new TextEncoder().encode(" ".repeat(100)));
      },
    });
    expect((await post(endless)).status).toBe(413);
    expect(sent).toBeLessThan(3_000);
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "",
    "text/json,application/json",
  ])(
    "of the type %p is not read, as another site could have a browser send it",
    async (type) => {
      const { post } = open();
      expect((await post('{"args":[1]}', { "content-type": type })).status).toBe(415);
    },
  );

  test("cannot reach the prototype of anything", async () => {
    const { post } = open();
    for (
      const body of [
        '{"args":[{"__proto__":{"polluted":1}}]}',
        '{"args":[1],"kwargs":{"__proto__":{"polluted":1}}}',
        '{"args":[1],"options":{"__proto__":{"priority":9}}}',
        '{"__proto__":{"args":[1]}}',
      ]
    ) {
      expect((await post(body)).status).toBe(400);
    }
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    expect((await post("{}", {}, "__proto__")).status).toBe(404);
    expect((await post("{}", {}, "constructor")).status).toBe(404);
  });

  test("nested without end is refused", async () => {
    const { api } = open();
    const nested = umbelRoutes(open().app, { expose: ["any"], authorize: () => true });
    const body = `{"args":[${"[".repeat(50_000)}${"]".repeat(50_000)}]}`;
    const init = { method: "POST", headers: { "content-type": "application/json" }, body };
    expect((await nested.request("/tasks/any", init)).status).toBe(400);
    expect((await api.request("/tasks/any", init)).status).toBe(413);
  });

  test("with the idempotency key of somebody else sends a task of its own", async () => {
    const { post } = open();
    const send = (user: string) => post('{"args":[1]}', { "idempotency-key": "1", "x-user": user });
    const [a, again, b] = [await send("a"), await send("a"), await send("b")];
    expect(again.body.id).toBe(a.body.id);
    expect(b.body.id).not.toBe(a.body.id);
  });
});

describe("a browser", () => {
  test("is told by Hono's own middleware what it may send, and reads the answer", async () => {
    const { api } = open();
    const asked = await api.request("/tasks/any", {
      method: "OPTIONS",
      headers: { "origin": "https://shop.example", "access-control-request-method": "POST" },
    });
    expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, "https://shop.example"]);
    const head = await api.request("/openapi.json", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("that stops following a task is not followed any more", async () => {
    const broker = new MemoryBroker();
    const { app, api, post } = open(broker);
    const worker = await Worker.start(app, { concurrency: 1 });
    stops.push(() => worker.cancel());
    const { body } = await post("{}", {}, "sleeps");
    const response = await api.request(`/results/${body.id}`, { headers: { accept: "text/event-stream" } });
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain("event: state");
    await reader?.cancel();
    let reads = 0;
    const read = broker.read.bind(broker);
    broker.read = (ids) => {
      reads++;
      return read(ids);
    };
    await until("nobody to look", async () => {
      const before = reads;
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      return reads === before;
    });
  }, 60_000);

  test("reads a result that JSON has no form for", async () => {
    const { app, api, post } = open();
    const worker = await Worker.start(app);
    stops.push(() => worker.cancel());
    const { body } = await post("{}", {}, "rich");
    const read = await api.request(`/results/${body.id}`, { headers: { prefer: "wait=20" } });
    expect(read.headers.get("cache-control")).toBe("no-store");
    const { result, worker: name } = await read.json();
    expect(result).toEqual({ big: "1180591620717411303424", map: [["a", 1]], set: [1], bytes: "AQI=" });
    expect(name).toBeUndefined();
  }, 60_000);
});

test("a queue that does not answer, or is full, is told as such", async () => {
  class Broken extends MemoryBroker {
    failure: Error = new BrokerUnavailable("publish", "a connection that was lost", "unknown");
    override publish(): Promise<never> {
      return Promise.reject(this.failure);
    }
  }
  const broker = new Broken();
  const { post } = open(broker);
  expect(await post('{"args":[1]}')).toEqual({
    status: 503,
    body: { error: "The queue does not answer", effect: "unknown" },
  });
  broker.failure = new QueueFull("default", 3);
  expect(await post('{"args":[1]}')).toMatchObject({ status: 503, body: { effect: "not done" } });
});
