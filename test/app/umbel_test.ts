import { afterEach, describe, expect, test } from "bun:test";
import * as z from "zod";
import { defineTask, Umbel } from "../../mod.ts";
import { maskUrl } from "../../src/app/connect.ts";
import { newId } from "../../src/base/ids.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { decodeMessage } from "../../src/protocol/message.ts";

let broker = new MemoryBroker();
const make = (name = "test") => new Umbel(name, { broker, queues: ["default", "math"] });

afterEach(() => {
  broker = new MemoryBroker();
});

async function waiting(queue = "default") {
  return (await broker.peek(queue, 100)).map((letter) => ({
    ...letter,
    message: decodeMessage(letter.id, letter.text),
  }));
}

describe("an app", () => {
  test("takes variables from bindings, and those of the process where the bindings have none", () => {
    process.env.UMBEL_BROKER = "memory:";
    try {
      const app = new Umbel("bound");
      // As Bun hands a server to a handler: it has texts, and none of them is a variable.
      app.useEnv({ hostname: "localhost", port: 1, UMBEL_QUEUE: "edge" });
      expect([app.brokerUrl, app.settings.queue]).toEqual(["memory:", "edge"]);
      app.useEnv({ UMBEL_BROKER: "redis://127.0.0.1:1" });
      expect(app.brokerUrl).toBe("redis://127.0.0.1:1");
    } finally {
      delete process.env.UMBEL_BROKER;
    }
  });

  test("runs a plain call here, checked like any other", async () => {
    const app = make();
    const add = app.task("add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
    const slow = app.task("slow", { args: [z.string().transform(Number)] }, async (x) => x + 1);
    expect(add(2, 2)).toBe(4);
    expect(await slow("41")).toBe(42);
    expect(() => add(2, "2" as never)).toThrow("Cannot call add as args[1] must be a number");
    expect(await waiting()).toEqual([]);
    expect(add.name).toBe("add");
  });

  test("sends what was given, not what it parses to", async () => {
    const app = make();
    const task = app.task("t", {
      args: [z.string().transform(Number)],
      kwargs: z.object({ b: z.boolean().default(true) }),
    }, () => 0);
    await task.delay("7");
    await task.delay("8", { b: false });
    expect((await waiting()).map(({ message }) => message.data)).toEqual([
      { args: ["7"] },
      { args: ["8"], kwargs: { b: false } },
    ]);
  });

  test("sends nothing when an argument does not fit", async () => {
    const app = make();
    const add = app.task("add", { args: [z.number(), z.number()] }, (x, y) => x + y);
    await expect(add.delay(1, "2" as never)).rejects.toThrow("Cannot send add as args[1] must be a number");
    await expect(add.applyMany([[1, 2], [1, "2" as never]])).rejects.toThrow("args[1]");
    expect(await waiting()).toEqual([]);
  });

  test("passes the options of a call on", async () => {
    const app = make();
    const add = app.task(
      "add",
      { args: [z.number()], queue: "math", priority: 1, retries: 9, expires: "1h" },
      (x) => x,
    );
    const id = newId();
    await add.applyAsync([1], {
      id,
      queue: "default",
      priority: 7,
      countdown: "1h",
      headers: { a: "b" },
      retries: Infinity,
    });
    const [sent] = await waiting();
    expect(sent).toMatchObject({ id, queue: "default", priority: 7, state: "delayed" });
    expect(sent?.message).toMatchObject({ task: "add", headers: { a: "b" }, retries: Number.MAX_SAFE_INTEGER });
    await add.delay(2);
    expect(await waiting("math")).toMatchObject([{ priority: 1, state: "ready" }]);
  });

  test("sends one task for one id and for one idempotency key", async () => {
    const app = make();
    const add = app.task("add", { args: [z.number()] }, (x) => x);
    const [a, b] = [
      await add.applyAsync([1], { idempotencyKey: "order-42" }),
      await add.applyAsync([1], { idempotencyKey: "order-42" }),
    ];
    expect(a.id).toBe(b.id);
    expect((await waiting()).length).toBe(1);
    await expect(add.applyAsync([1], { id: "order-42" })).rejects.toThrow("give any other text as idempotencyKey");
    await expect(add.applyAsync([1], { id: newId(), idempotencyKey: "x" })).rejects.toThrow("leave one out");
    await expect(add.applyMany([[1], [2]], { idempotencyKey: "x" })).rejects.toThrow(
      "id and idempotencyKey must be left out",
    );
  });

  test("refuses options that cannot be, before anything is sent", async () => {
    const app = make();
    const add = app.task("add", { args: [z.number()] }, (x) => x);
    const refuse = async (options: object, words: string) =>
      await expect(add.applyAsync([1], options)).rejects.toThrow(words);
    await refuse(
      { queue: "maths" },
      "Cannot use queue maths as it must be one of those the app declares: default, math",
    );
    await refuse({ priority: 10 }, "priority must be a whole number from 0 to 9: current value is 10");
    await refuse({ countdown: 5 }, "Cannot read countdown as it must be a duration");
    await refuse({ countdown: "1s", eta: new Date() }, "countdown and eta must not both be given");
    await refuse({ eta: new Date(NaN) }, "eta must be a valid Date");
    await refuse({ softTimeLimit: "2s", timeLimit: "1s" }, "softTimeLimit must not be longer than timeLimit");
    expect(await waiting()).toEqual([]);
  });

  test("has one task of a name", () => {
    const app = make();
    app.task("add", {}, () => 1);
    expect(() => app.task("add", {}, () => 2)).toThrow("Cannot register task add as its name must be free");
  });

  test("sends a task it does not know by its name, and checks one it knows", async () => {
    const app = make();
    app.task("add", { args: [z.number()], kwargs: z.object({ tag: z.string() }) }, (x) => x);
    await app.send("elsewhere", [1, "two"], { kwargs: { three: 3 }, queue: "math" });
    expect((await waiting("math"))[0]?.message).toMatchObject({
      task: "elsewhere",
      data: { args: [1, "two"], kwargs: { three: 3 } },
    });
    await expect(app.send("add", [1], { kwargs: { tag: 5 } })).rejects.toThrow("kwargs.tag must be a string");
  });

  test("uses and implements contracts", async () => {
    const double = defineTask("double", { args: [z.number()], returns: z.number() });
    await make("edge").use(double).delay(4);
    expect((await waiting())[0]?.message).toMatchObject({ task: "double", data: { args: [4] } });
    const implemented = make("worker").implement(double, (x) => x * 2);
    expect(implemented(4)).toBe(8);
    await expect(make().use(double).delay("4" as never)).rejects.toThrow("args[0] must be a number");
  });

  test("tells what is wrong with its own options", () => {
    expect(() => new Umbel("bad", { concurrency: -1 })).toThrow("Cannot take the settings of app bad");
    expect(() => new Umbel("bad", { queues: ["no spaces"] })).toThrow("Cannot use a queue as its name must be");
  });

  test("opens the embedded broker by its URL, and only when it is needed", async () => {
    const app = new Umbel("embedded", { broker: "sqlite::memory:" });
    const result = await app.send("task");
    expect(await result.state()).toBe("QUEUED");
    await app.close();
  });

  test("names the broker it cannot reach without the secret in its URL", async () => {
    const app = new Umbel("bad", { broker: "amqp://user:secret@host" });
    const error = await app.broker().catch((error: unknown) => error as Error);
    expect(String(error)).toContain("its URL must be one of");
    expect(String(error)).not.toContain("secret");
    expect(maskUrl("redis://me:secret@host:1/2?token=secret&x=1")).toBe("redis://me:***@host:1/2?token=***&x=1");
    expect(maskUrl("redis://:secret@host")).toBe("redis://:***@host");
    expect(maskUrl("redis+cluster://secret@a:7000,b")).toBe("redis+cluster://***@a:7000,b");
    expect(maskUrl("redis://:se@cret/se?cret@host/2")).toBe("redis://:***@host/2");
  });
});
