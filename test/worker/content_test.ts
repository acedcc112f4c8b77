import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { blob, bytes, Ref, ref, stream, TaskError, Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { makeApp, start, timeout } from "./bench.ts";

function noise(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (Math.imul(index, 2_654_435_761) >>> 11) & 0xff);
}

function streamOf(...chunks: Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

describe("content", () => {
  test("reaches the handler as its schemas ask for it, whatever was sent", async () => {
    const app = makeApp();
    const seen = new Set<string>();
    const spec = {
      args: [z.object({ in: ref() }), stream()] as const,
      kwargs: z.object({ b: bytes(), f: z.optional(blob()) }),
    };
    const task = app.task("content", spec, async (first, second, { b, f }) => {
      seen.add([first.in, second, b, f].map((it) => it?.constructor.name).join(" "));
      return [await first.in.text(), await new Response(second).text(), new TextDecoder().decode(b), await f?.text()];
    });
    await start(app);
    const text = (word: string) => new TextEncoder().encode(word);
    const expected = ["one", "two", "three", "four"];
    const calls = [
      () => task.delay({ in: new Blob(["one"]) }, streamOf(text("two")), { b: text("three"), f: new Blob(["four"]) }),
      () =>
        task.delay({ in: text("one") }, new Blob(["two"]), {
          b: streamOf(text("thr"), text("ee")),
          f: Ref.of(text("four")),
        }),
      () =>
        task.delay({ in: streamOf(text("one")) }, text("two"), {
          b: new Blob(["three"]),
          f: new File(["four"], "f.txt"),
        }),
      () =>
        task.delay({ in: Ref.of(text("one")) }, Ref.of(streamOf(text("two"))), {
          b: text("three").buffer,
          f: text("four"),
        }),
    ];
    for (const call of calls) expect(await (await call()).get({ timeout })).toEqual(expected);
    expect(seen.size).toBeLessThanOrEqual(2);
    for (const kinds of seen) expect(kinds).toMatch(/^Ref ReadableStream Uint8Array (Blob|File)$/);
  });

  test("of many megabytes does not travel in the message", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const sizes: number[] = [];
    const task = app.task("big", { args: [z.instanceof(Uint8Array), z.array(z.string())] }, (content, words) => {
      sizes.push(content.length, words.length);
      return content;
    });
    const words = Array.from({ length: 20_000 }, (_, index) => `${(index * 7_919) % 10_007}`);
    const sent = await task.delay(noise(3_000_000), words);
    const [letter] = await broker.peek("default", 1);
    expect(letter?.text.length).toBeLessThan(1_000);
    await start(app);
    expect(await sent.get({ timeout })).toEqual(noise(3_000_000));
    expect(sizes).toEqual([3_000_000, 20_000]);
    expect((await app.blobs()).description).toBe("memory");
  });

  test("is not read by who sends it, nor by who passes it on", async () => {
    const app = makeApp();
    const first = app.task("first", { args: [ref()], returns: ref() }, (file) => file);
    const second = app.task("second", { args: [bytes()] }, (content) => content.length);
    await start(app);
    const store = await app.blobs();
    let reads = 0;
    const get = store.get.bind(store);
    store.get = (key, options) => (reads++, get(key, options));
    const handle = await (await first.delay(streamOf(noise(100_000)))).get({ timeout });
    expect(handle).toBeInstanceOf(Ref);
    const result = await second.delay(handle);
    expect(reads).toBe(0);
    expect(await result.get({ timeout })).toBe(100_000);
    expect(reads).toBe(1);
  });

  test("in the result of a step goes to the next, without being read between", async () => {
    const app = makeApp();
    const make = app.task("make", { returns: ref() }, () => new File([noise(50_000)], "made.bin"));
    const pass = app.task("pass", { args: [ref()], returns: ref() }, (file) => file);
    const count = app.task("count", { args: [ref()] }, async (file) => [file.name, (await file.bytes()).length]);
    await start(app);
    const result = await make.s().pipe(pass.s()).pipe(count.s()).delay();
    expect(await result.get({ timeout })).toEqual(["made.bin", 50_000]);
  });

  test("of all members of a chord comes to its body as handles", async () => {
    const app = makeApp();
    const make = app.task("make", { args: [z.number()], returns: ref() }, (size) => new Blob([noise(size)]));
    const sum = app.task("sum", { args: [z.array(ref())] }, async (files) => {
      const sizes = await Promise.all(files.map(async (file) => (await file.bytes()).length));
      return sizes.reduce((total, size) => total + size, 0);
    });
    await start(app);
    const { chord } = await import("../../mod.ts");
    const result = await chord([make.s(1_000), make.s(2_000), make.s(3_000)], sum.s()).delay();
    expect(await result.get({ timeout })).toBe(6_000);
  });

  test("that does not fit is told where it is sent, and nothing is stored", async () => {
    const app = makeApp();
    const task = app.task("strict", { args: [ref(), z.number()] }, () => 1);
    const call = Reflect.apply(task.delay, task, [new Blob(["a"]), "no number"]);
    await expect(call).rejects.toThrow("args[1] must be a number");
    await expect(Reflect.apply(task.delay, task, ["text", 1])).rejects.toThrow("args[0]");
    expect((await (await app.blobs()).list("")).blobs).toEqual([]);
  });

  test("that is gone fails the task, and the message is kept intact", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const lazy = app.task("lazy", { args: [ref()] }, async (file) => await file.text());
    const eager = app.task("eager", { args: [bytes()] }, (content) => content.length);
    const plain = app.task("plain", { args: [z.instanceof(Uint8Array)] }, (content) => content.length);
    const content = noise(40_000);
    const sent = [await lazy.delay(content), await eager.delay(new Blob([content])), await plain.delay(content)];
    const store = await app.blobs();
    const texts = (await broker.peek("default", 10)).map(({ id, text }) => [id, text]);
    await store.delete((await store.list("")).blobs.map(({ key }) => key));
    await start(app);
    for (const result of sent) {
      await expect(result.get({ timeout })).rejects.toThrow(/must have it: it was removed/);
      expect(await result.error()).toMatchObject({ name: "BlobError" });
      expect(await result.error()).toBeInstanceOf(TaskError);
    }
    const dead = await broker.dead("default", 10);
    expect(dead.map(({ reason }) => reason)).toEqual(Array(3).fill("blob missing"));
    expect(Object.fromEntries(dead.map(({ id, text }) => [id, text]))).toEqual(Object.fromEntries(texts));
  });

  test("that is damaged fails the task too, and the message is kept intact", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const lazy = app.task("lazy", { args: [ref()] }, async (file) => await file.text());
    const eager = app.task("eager", { args: [z.instanceof(Uint8Array)] }, (content) => content.length);
    const sent = [await lazy.delay(noise(40_000)), await eager.delay(noise(40_000))];
    const store = await app.blobs();
    const texts = (await broker.peek("default", 10)).map(({ id, text }) => [id, text]);
    for (const { key } of (await store.list("values/")).blobs) await store.put(key, noise(40_001).slice(1));
    await start(app);
    for (const result of sent) {
      await expect(result.get({ timeout })).rejects.toThrow(/must be what was stored: its checksum is another one/);
    }
    const dead = await broker.dead("default", 10);
    expect(dead.map(({ reason }) => reason)).toEqual(["blob corrupt", "blob corrupt"]);
    expect(Object.fromEntries(dead.map(({ id, text }) => [id, text]))).toEqual(Object.fromEntries(texts));
  });

  test("of a store that cannot be reached makes the task try again", async () => {
    const app = makeApp();
    const task = app.task("task", { args: [z.instanceof(Uint8Array)], retryDelay: "1ms" }, (content) => content.length);
    const sent = await task.delay(noise(40_000));
    const store = await app.blobs();
    const get = store.get.bind(store);
    let failures = 2;
    store.get = (key, options) => failures-- > 0 ? Promise.reject(new TypeError("fetch failed")) : get(key, options);
    await start(app);
    expect(await sent.get({ timeout })).toBe(40_000);
    expect((await sent.info())?.attempt).toBe(2);
  });

  test("stays in the message when the task is tried again", async () => {
    const app = makeApp();
    let tries = 0;
    const task = app.task("again", { args: [ref()], retryOn: [RangeError], retryDelay: "1ms" }, async (file) => {
      const text = await file.text();
      if (++tries < 3) throw new RangeError(text);
      return text;
    });
    await start(app);
    expect(await (await task.delay(new Blob(["kept"]))).get({ timeout })).toBe("kept");
  });

  test("needs a store that the app has", async () => {
    const placeless = Object.defineProperty(new MemoryBroker(), "place", { value: undefined });
    const app = new Umbel("bare", { broker: placeless, log: silentLogger });
    const task = app.task("task", { args: [z.instanceof(Blob)] }, () => 1);
    await expect(task.delay(new Blob(["a"]))).rejects.toThrow(
      /must have a blob store: give it one as its option blobs/,
    );
    await app.close();
  });

  test("is read and checked by a plain call too, without a store", async () => {
    const app = makeApp();
    const task = app.task(
      "local",
      { args: [bytes(), ref()] },
      async (content, file) => content.length + (file.size ?? 0),
    );
    expect(await task(streamOf(noise(10), noise(5)), new Blob(["abc"]))).toBe(18);
  });
});
