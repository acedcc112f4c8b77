/** Streams in both directions: the bytes of one call, in bounded memory, with backpressure and errors on both sides. */

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import process from "node:process";
import type { Engine } from "../../../src/codecs/wasm/engine.ts";
import { compressWith, decompressWith } from "../../../src/codecs/wasm/streams.ts";
import { ordersOf, randomFrom } from "../../support/orders.ts";
import { join, utf8 } from "./bytes.ts";
import { engines, wasm } from "./engines.ts";
import { between, frameOf, mutate, noise, type Random } from "./frames.ts";

const LIMIT = 64 << 20;

/** A stream of `bytes` in chunks of the sizes that `sizeOf` gives. */
function chunked(bytes: Uint8Array, sizeOf: () => number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const size = sizeOf();
      controller.enqueue(bytes.subarray(at, at + size));
      at += size;
    },
  });
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return join(await Array.fromAsync(stream));
}

function encode(
  engine: Engine,
  bytes: Uint8Array,
  sizeOf: () => number,
  size?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return collect(chunked(bytes, sizeOf).pipeThrough(compressWith(engine, size === undefined ? {} : { size })));
}

function decode(
  engine: Engine,
  bytes: Uint8Array,
  sizeOf: () => number,
  maxBytes?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return collect(
    chunked(bytes, sizeOf).pipeThrough(decompressWith(engine, maxBytes === undefined ? {} : { maxBytes })),
  );
}

function reasonOf(error: unknown): unknown {
  return error instanceof Error && "reason" in error ? error.reason : error;
}

/** Chunk sizes from one byte to much more than a block. */
function sizes(random: Random): () => number {
  return () => between(random, 1, random() < 0.1 ? 2_000_000 : 5_000);
}

describe.each(engines)("%s", (_, engine) => {
  const contents = [
    new Uint8Array(0),
    utf8("x"),
    utf8(JSON.stringify(ordersOf(100_000))),
    utf8(JSON.stringify(ordersOf(2_500_000))),
    noise(randomFrom(5), 1_100_000),
  ];

  test("a stream of known size yields the bytes of one call, however it is cut", async () => {
    const random = randomFrom(21);
    for (const content of contents) {
      expect(await encode(engine, content, sizes(random), content.length)).toEqual(engine.compress(content));
    }
  });

  test("what was compressed comes back, with and without its size", async () => {
    const random = randomFrom(22);
    for (const content of contents) {
      const frame = await encode(engine, content, sizes(random));
      expect(engine.decompress(frame, LIMIT)).toEqual(content);
      expect(await decode(engine, frame, sizes(random))).toEqual(content);
      expect(await decode(engine, engine.compress(content), sizes(random), content.length)).toEqual(content);
    }
  });

  test("frames of the lz4 command, linked blocks among them, byte by byte", async () => {
    for (const name of ["orders_default", "orders_linked_checked", "zeros_linked", "noise", "empty"]) {
      const frame = new Uint8Array(readFileSync(new URL(`golden/${name}.lz4`, import.meta.url)));
      expect(await decode(engine, frame, () => 1)).toEqual(engine.decompress(frame, LIMIT));
    }
  });

  test("hostile frames: content or refusal as in one call", async () => {
    const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
    const random = randomFrom(seed);
    for (let index = 0; index < 3_000; index++) {
      const frame = frameOf(random);
      const bytes = index % 5 === 0 ? frame.bytes : mutate(random, frame);
      const streamed = await decode(engine, bytes, () => between(random, 1, 50), 70_000).catch((error: unknown) =>
        error
      );
      let whole: unknown;
      try {
        whole = engine.decompress(bytes, 70_000);
      } catch (error) {
        whole = error;
      }
      if (whole instanceof Uint8Array) expect(streamed).toEqual(whole);
      else if (!(streamed instanceof Error) || streamed.name !== "CodecError") {
        throw new Error(
          `Stream and call differ at ${index} of FUZZ_SEED=${seed}: ${Buffer.from(bytes).toString("hex")}`,
        );
      }
    }
  }, 60_000);

  test("content over the limit ends the stream before it is yielded", async () => {
    const frame = engine.compress(new Uint8Array(3 << 20));
    const seen: Uint8Array[] = [];
    const reading = (async () => {
      const stream = chunked(frame, () => 1000).pipeThrough(decompressWith(engine, { maxBytes: 1_500_000 }));
      for await (const chunk of stream) seen.push(chunk);
    })();
    expect(reasonOf(await reading.catch((error: unknown) => error))).toBe("too-large");
    expect(seen).toHaveLength(0);
  });

  test("a stream that ends too early, or is altered, fails", async () => {
    const frame = engine.compress(utf8(JSON.stringify(ordersOf(5_000))));
    const cut = await decode(engine, frame.subarray(0, -1), () => 100).catch(reasonOf);
    expect(cut).toBe("truncated");
    frame[frame.length - 1] = (frame[frame.length - 1] ?? 0) ^ 1;
    expect(await decode(engine, frame, () => 100).catch(reasonOf)).toBe("checksum");
  });

  test("a wrong size fails at the end", async () => {
    expect(await encode(engine, new Uint8Array(10), () => 3, 11).catch((error: unknown) => error)).toBeInstanceOf(
      RangeError,
    );
  });

  test("streams may interleave", async () => {
    const random = randomFrom(23);
    const many = await Promise.all(contents.map((content) => encode(engine, content, sizes(random))));
    const back = await Promise.all(many.map((frame) => decode(engine, frame, sizes(random))));
    expect(back).toEqual(contents);
  });

  test("one huge chunk leaves block by block, as the reader asks", async () => {
    const { readable, writable } = decompressWith(engine, {});
    const frame = engine.compress(new Uint8Array(8 << 20));
    const writer = writable.getWriter();
    const written = writer.write(frame).then(() => writer.close());
    const reader = readable.getReader();
    for (let block = 0; block < 8; block++) expect((await reader.read()).value?.length).toBe(1 << 20);
    expect((await reader.read()).done).toBe(true);
    await written;
  });

  test("a failure reaches the writing side", async () => {
    const { readable, writable } = decompressWith(engine, {});
    const writer = writable.getWriter();
    const failure = readable.getReader().read().catch(reasonOf);
    await writer.write(utf8("this is no LZ4 frame")).catch(() => {});
    expect(await failure).toBe("not-lz4");
    expect(await writer.write(utf8("more")).catch(reasonOf)).toBe("not-lz4");
    await writer.closed.catch(() => {});
  });

  test("a reader that leaves stops the writing side", async () => {
    const { readable, writable } = compressWith(engine, {});
    const writer = writable.getWriter();
    await readable.cancel(new Error("not interested"));
    expect(await writer.write(utf8("more")).catch((error: Error) => error.message)).toBe("not interested");
    await writer.closed.catch(() => {});
  });

  test("an abort on the writing side reaches the reader", async () => {
    const { readable, writable } = compressWith(engine, {});
    const reader = readable.getReader();
    await reader.read();
    const next = reader.read().catch((error: Error) => error.message);
    await writable.abort(new Error("upload broke off"));
    expect(await next).toBe("upload broke off");
  });
});

test("chunks must be bytes; views of any kind are", async () => {
  const { readable, writable } = compressWith(wasm, {});
  const collected = collect(readable);
  const writer: WritableStreamDefaultWriter<unknown> = writable.getWriter();
  await writer.write(new Uint16Array([1, 2]));
  await writer.write(new Uint8Array([3, 4]).buffer);
  await writer.close();
  expect(wasm.decompress(await collected, 100)).toEqual(Uint8Array.of(1, 0, 2, 0, 3, 4));

  const wrong = compressWith(wasm, {});
  const failing = collect(wrong.readable).catch((error: unknown) => error);
  const wrongWriter: WritableStreamDefaultWriter<unknown> = wrong.writable.getWriter();
  await wrongWriter.write("text").catch(() => {});
  expect(await failing).toBeInstanceOf(TypeError);
  await wrongWriter.closed.catch(() => {});
});

test("options must be whole numbers of bytes", () => {
  expect(() => compressWith(wasm, { size: -1 })).toThrow(RangeError);
  expect(() => decompressWith(wasm, { maxBytes: 0.5 })).toThrow(RangeError);
});
