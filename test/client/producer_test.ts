import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as z from "zod/mini";
import { createSerializer, msgpackCodec, Umbel } from "../../mod.ts";
import { memory, type MemoryBroker } from "../../src/brokers/memory/mod.ts";
import {
  defineTask,
  Producer,
  SerializationError,
  TaskError,
  UnknownTask,
  ValidationError,
} from "../../src/client/mod.ts";
import { Worker } from "../../src/worker/worker.ts";

const add = defineTask("math.add", { args: [z.number(), z.number()], returns: z.number() });
const fail = defineTask("fail", { args: [z.string()] });
const greet = defineTask("greet", { args: [z.string()], kwargs: z.object({ loud: z.boolean() }) });
const year = defineTask("year", { args: [z.date()], returns: z.number(), queue: "default" });

const broker: MemoryBroker = memory();
const producer = new Producer({ broker });
let worker: Worker;

beforeAll(async () => {
  const app = new Umbel("shop", { broker, logLevel: "silent" });
  app.implement(add, (x, y) => x + y);
  app.implement(fail, (text) => {
    throw Object.assign(new RangeError(text), { code: 7 });
  });
  app.implement(greet, (name, { loud }) => loud ? name.toUpperCase() : name);
  app.implement(year, (date) => date.getFullYear());
  worker = await Worker.start(app);
});
afterAll(async () => {
  await worker.stop();
  await producer.close();
});

describe("a producer", () => {
  test("sends by a contract and awaits the value", async () => {
    const result = await producer.use(add).delay(4, 4);
    expect(await result.get({ timeout: "20s" })).toBe(8);
    expect([await result.state(), await result.successful(), await result.result()]).toEqual(["SUCCESS", true, 8]);
    expect(await producer.result<number>(result.id).get()).toBe(8);
    const shouted = await producer.use(greet).applyAsync(["ada", { loud: true }], { priority: 9 });
    expect(await shouted.get({ timeout: "20s" })).toBe("ADA");
  });

  test("sends many in one go, and by name", async () => {
    const results = await producer.use(add).applyMany([[1, 1], [2, 2], [3, 3]]);
    expect(await Promise.all(results.map((result) => result.get({ timeout: "20s" })))).toEqual([2, 4, 6]);
    const named = await producer.send("greet", ["ada"], { kwargs: { loud: false } });
    expect(await named.get({ timeout: "20s" })).toBe("ada");
  });

  test("rebuilds the failure of a task", async () => {
    const result = await producer.use(fail).delay("odd");
    const error = await result.get({ timeout: "20s" }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TaskError);
    expect(error).toMatchObject({ name: "RangeError", message: "odd", code: 7, taskId: result.id });
    expect([await result.failed(), (await result.error())?.message]).toEqual([true, "odd"]);
  });

  test("tells of a mistake before anything is sent", async () => {
    const calls = producer.use(add);
    await expect(Reflect.apply(calls.delay, calls, [4, "4"])).rejects.toBeInstanceOf(ValidationError);
    await expect(calls.applyAsync([1, 1], { queue: "no spaces" })).rejects.toThrow("Cannot use a queue");
    const declared = new Producer({ broker, queues: ["math"], queue: "math" });
    const sent = declared.use(add).applyAsync([1, 1], JSON.parse('{ "queue": "maths" }'));
    await expect(sent).rejects.toThrow("Cannot use queue maths as it must be one of those the app declares: math");
  });

  test("knows what the broker does not", async () => {
    const unknown = producer.result("01a21f6b-1f9a-71ab-9aef-5b98aab5d5e1");
    expect(await unknown.state()).toBe("UNKNOWN");
    await expect(unknown.get()).rejects.toBeInstanceOf(UnknownTask);
  });

  test("carries what its serializer carries, and by itself plain JSON only", async () => {
    const born = new Date(Date.UTC(1815, 11, 10));
    const error = await producer.use(year).delay(born).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SerializationError);
    expect(error).toMatchObject({ refusals: [{ path: "args[0]", kind: "instance of Date" }] });
    const rich = new Producer({ broker, serializer: createSerializer({ rich: msgpackCodec }) });
    expect(await (await rich.use(year).delay(born)).get({ timeout: "20s" })).toBe(1815);
  });
});
