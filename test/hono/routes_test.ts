import { afterEach, describe, expect, test } from "bun:test";
import { Hono } from "hono";
import * as z from "zod";
import { defineTask, Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { newId } from "../../src/base/ids.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { umbel, umbelRoutes } from "../../src/hono/mod.ts";
import { Worker } from "../../src/worker/mod.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function shop() {
  const app = new Umbel("shop", { broker: new MemoryBroker(), log: silentLogger });
  app.task("math.add", { args: [z.number(), z.number()], returns: z.number(), description: "Adds" }, (x, y) => x + y);
  app.task("mail.send", { args: [z.email()], kwargs: z.object({ tag: z.string().optional() }) }, () => "sent");
  app.task("secret", {}, () => "hidden");
  app.task("steps", { bind: true }, async (ctx) => {
    await ctx.progress({ done: 1 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    return "all";
  });
  const routes = umbelRoutes(app, {
    expose: ["math.add", "mail.send", "steps"],
    authorize: (c) => c.req.header("authorization") === "Bearer key",
  });
  const api = new Hono().use(umbel(app)).route("/queue", routes);
  const ask = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await api.request(`/queue${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: "Bearer key", "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, location: response.headers.get("location"), body: await response.json() };
  };
  return { app, api, ask };
}

async function work(app: Umbel) {
  const worker = await Worker.start(app);
  stops.push(() => worker.cancel());
}

describe("a task over HTTP", () => {
  test("is sent, and its result is read where Location says", async () => {
    const { app, ask } = shop();
    await work(app);
    const sent = await ask("/tasks/math.add", { args: [4, 4] });
    expect(sent).toMatchObject({ status: 202, location: `/queue/results/${sent.body.id}`, body: { task: "math.add" } });
    const read = await ask(`/results/${sent.body.id}`, undefined, { prefer: "wait=20" });
    expect(read).toMatchObject({
      status: 200,
      body: { id: sent.body.id, state: "SUCCESS", result: 8, task: "math.add" },
    });
  });

  test("is refused with the paths of what does not fit", async () => {
    const { ask } = shop();
    const wrong = await ask("/tasks/math.add", { args: [4, "4"] });
    expect(wrong).toMatchObject({
      status: 422,
      body: { problems: [{ path: "args[1]", expected: "a number", received: "a string of 1 characters" }] },
    });
  });

  test("is refused when the body is none", async () => {
    const { ask } = shop();
    for (
      const body of ["{", "[]", { args: 4 }, { kwargs: [] }, { arg: [] }, "null", { options: { id: "x" } }, {
        args: [1, 2],
        options: { priority: 12 },
      }]
    ) {
      expect((await ask("/tasks/math.add", body)).status).toBe(400);
    }
  });

  test("is sent once for one idempotency key", async () => {
    const { ask } = shop();
    const send = (key: string) => ask("/tasks/math.add", { args: [1, 1] }, { "idempotency-key": key });
    const [a, b, c] = [await send("k1"), await send("k1"), await send("k2")];
    expect(a.body.id).toBe(b.body.id);
    expect(a.body.id).not.toBe(c.body.id);
  });

  test("that is not exposed is not there", async () => {
    const { app, ask } = shop();
    expect((await ask("/tasks/secret", {})).status).toBe(404);
    expect((await ask("/tasks/none", {})).status).toBe(404);
    await work(app);
    const hidden = await app.send("secret");
    await hidden.get({ timeout: "20s" });
    expect((await ask(`/results/${hidden.id}`)).status).toBe(404);
    expect((await ask(`/results/${newId()}`)).status).toBe(404);
    expect((await ask("/results/no-id")).status).toBe(404);
  });

  test("needs the hook's consent, whatever is asked", async () => {
    const { ask } = shop();
    const stranger = { authorization: "none" };
    expect((await ask("/tasks/math.add", { args: [1, 1] }, stranger)).status).toBe(403);
    expect((await ask(`/results/${newId()}`, undefined, stranger)).status).toBe(403);
    expect((await ask("/openapi.json", undefined, stranger)).status).toBe(403);
    // What there is and what there is not look alike.
    expect(await ask("/tasks/none", {}, stranger)).toEqual(await ask("/tasks/math.add", {}, stranger));
    expect((await ask("/results/no-id", undefined, stranger)).status).toBe(403);
  });

  test("can be followed to its end", async () => {
    const { app, api, ask } = shop();
    await work(app);
    const sent = await ask("/tasks/steps", {});
    const response = await api.request(`/queue/results/${sent.body.id}`, {
      headers: { authorization: "Bearer key", accept: "text/event-stream" },
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const text = await response.text();
    expect(text).toContain('"state":"SUCCESS","result":"all"');
  });

  test("is described for others", async () => {
    const { ask } = shop();
    const { body } = await ask("/openapi.json");
    expect(Object.keys(body.paths)).toEqual(["/tasks/mail.send", "/tasks/math.add", "/tasks/steps", "/results/{id}"]);
    const schema = body.paths["/tasks/math.add"].post.requestBody.content["application/json"].schema;
    expect(schema.properties.args).toEqual({
      type: "array",
      prefixItems: [{ type: "number" }, { type: "number" }],
      items: false,
      minItems: 2,
    });
    expect(JSON.stringify(body)).not.toContain("$id");
    expect(body.servers).toEqual([{ url: "/queue" }]);
  });
});

test("a schema that refers to itself does so within the document, and a slash in a name is no step of the path", async () => {
  const app = new Umbel("trees", { broker: new MemoryBroker() });
  const tree = z.object({
    value: z.number(),
    get kids() {
      return z.array(tree);
    },
  });
  app.task("tree/sum", { args: [tree] }, () => 1);
  const routes = umbelRoutes(app, { expose: ["tree/sum"], authorize: () => true });
  const document = await (await routes.request("/openapi.json")).json();
  const { schema } = document.paths["/tasks/tree%2Fsum"].post.requestBody.content["application/json"];
  expect(schema.properties.args.prefixItems[0]).toMatchObject({
    $id: "urn:umbel:tree%2Fsum%3A0",
    properties: { kids: { items: { $ref: "#" } } },
  });
  const sent = await routes.request("/tasks/tree%2Fsum", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ args: [{ value: 1, kids: [] }] }),
  });
  expect(sent.status).toBe(202);
});

test("a task that the app does not have cannot be exposed", () => {
  const { app } = shop();
  expect(() => umbelRoutes(app, { expose: ["none"], authorize: () => true })).toThrow("Cannot expose none");
});

test("contracts are exposed where there is no code", async () => {
  const add = defineTask("math.add", { args: [z.number(), z.number()], returns: z.number() });
  const greet = defineTask("greet", { args: [z.string()], kwargs: z.object({ loud: z.boolean() }) });
  const broker = new MemoryBroker();
  const routes = umbelRoutes(new Umbel("edge", { broker }), { expose: [add, greet], authorize: () => true });
  const send = (task: string, body: unknown) =>
    routes.request(`/tasks/${task}`, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(body),
    });
  expect((await send("math.add", { args: [4, "4"] })).status).toBe(422);
  const [sum, hello] = [
    await send("math.add", { args: [4, 4] }),
    await send("greet", { args: ["a"], kwargs: { loud: true } }),
  ];
  expect([sum.status, hello.status]).toEqual([202, 202]);
  expect(Object.keys((await (await routes.request("/openapi.json")).json()).paths)).toContain("/tasks/greet");
  const app = new Umbel("worker", { broker, log: silentLogger });
  app.implement(add, (x, y) => x + y);
  await work(app);
  const { id } = await sum.json();
  const read = await routes.request(`/results/${id}`, { headers: { prefer: "wait=20" } });
  expect(await read.json()).toMatchObject({ state: "SUCCESS", result: 8 });
});

test("the app stands in the context, and finds its broker in the bindings", async () => {
  const app = new Umbel("edge");
  const api = new Hono().use(umbel(app)).get("/", (c) => c.text(c.var.umbel.name));
  const response = await api.request("/", {}, { UMBEL_BROKER: "memory:", UMBEL_QUEUE: "bound", OTHER: {} });
  expect(await response.text()).toBe("edge");
  expect([app.brokerUrl, app.settings.queue]).toEqual(["memory:", "bound"]);
});
