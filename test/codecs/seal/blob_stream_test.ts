import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { CHUNK, HEADER, TAG } from "../../../src/codecs/seal/blob_format.ts";
import { createSecretKey } from "../../../src/codecs/seal/seal_key.ts";
import { type Sealer, sealer } from "../../../src/codecs/seal/sealer.ts";
import { k1 } from "./bench.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const seal = sealer({ keys: [k1] });
const SEALED_CHUNK = CHUNK + TAG;

/** Runs bytes through a stream, in pieces of these sizes, over and over. */
async function through(
  stream: TransformStream<Uint8Array, Bytes>,
  bytes: Bytes,
  sizes: readonly number[],
): Promise<Bytes> {
  let at = 0;
  let turn = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const size = sizes[turn++ % sizes.length] ?? 1;
      controller.enqueue(bytes.subarray(at, at + size));
      at += size;
    },
  });
  return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer());
}

function content(length: number): Bytes {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}

const sealed = (length: number, context = "a") => through(seal.sealStream(context), content(length), [50_000]);

function open(bytes: Bytes, opener: Sealer = seal, context = "a"): Promise<Bytes> {
  return through(opener.openStream(context), bytes, [70_001]);
}

describe("a sealed blob", () => {
  test("comes back whole, whatever its length and the pieces it comes in", async () => {
    const lengths = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...lengths),
        fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 20, max: 200_000 }), { minLength: 1, maxLength: 5 }),
        async (length, writes, reads) => {
          const bytes = await through(seal.sealStream("a"), content(length), writes);
          expect(bytes.length).toBe(HEADER + length + TAG * Math.max(1, Math.ceil(length / CHUNK)));
          expect(Bun.deepEquals(await through(seal.openStream("a"), bytes, reads), content(length))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("comes back when it is read a byte at a time", async () => {
    const bytes = await sealed(100);
    expect(await through(seal.openStream("a"), bytes, [1])).toEqual(content(100));
  });

  test("is refused when a bit of it is another, wherever", async () => {
    const bytes = await sealed(CHUNK + 100);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const altered = bytes.slice();
        altered[at] = (altered[at] ?? 0) ^ (1 << bit);
        await expect(open(altered)).rejects.toMatchObject({ name: "SealError" });
      }),
      { numRuns: 100, examples: Array.from({ length: HEADER }, (_, at) => [at, 0] as [number, number]) },
    );
  });

  test("is refused when it is cut, at chunks or between them", async () => {
    const bytes = await sealed(3 * CHUNK);
    const ends = [
      0,
      3,
      HEADER - 1,
      HEADER,
      HEADER + 5,
      HEADER + SEALED_CHUNK,
      HEADER + 2 * SEALED_CHUNK,
      bytes.length - 1,
    ];
    for (const end of ends) await expect(open(bytes.slice(0, end))).rejects.toMatchObject({ name: "SealError" });
  });

  test("is refused when chunks are moved, repeated, left out or taken from another", async () => {
    const [bytes, other] = [await sealed(3 * CHUNK), await sealed(3 * CHUNK)];
    const chunk = (of: Bytes, index: number) =>
      of.slice(HEADER + index * SEALED_CHUNK, HEADER + (index + 1) * SEALED_CHUNK);
    const of = (...chunks: Bytes[]) => new Uint8Array(Buffer.concat([bytes.slice(0, HEADER), ...chunks]));
    const [a, b, c] = [0, 1, 2].map((index) => chunk(bytes, index)) as [Bytes, Bytes, Bytes];
    expect(await open(of(a, b, c))).toEqual(content(3 * CHUNK));
    for (const mixed of [of(b, a, c), of(a, a, b, c), of(a, c), of(a, b), of(a, chunk(other, 1), c), of(a, b, c, c)]) {
      await expect(open(mixed)).rejects.toMatchObject({ reason: "altered" });
    }
  });

  test("is refused for another purpose, without its key, and where it is none", async () => {
    await expect(open(await sealed(10, "b"))).rejects.toMatchObject({ reason: "altered" });
    const other = sealer({ keys: [createSecretKey("k2")] });
    await expect(open(await sealed(10), other)).rejects.toMatchObject({ reason: "unknown key" });
    await expect(open(await sealed(10), sealer({ keys: [createSecretKey("k1")] }))).rejects.toMatchObject({
      reason: "altered",
    });
    await expect(open(content(100))).rejects.toMatchObject({ reason: "unsealed" });
  });

  test("is opened with an older key of the ring", async () => {
    expect(await open(await sealed(10), sealer({ keys: [createSecretKey("k2"), k1] }))).toEqual(content(10));
  });

  test("gives no byte that was not checked", async () => {
    const bytes = await sealed(2 * CHUNK);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const seen: number[] = [];
    const source = new Response(bytes).body?.pipeThrough(seal.openStream("a"));
    const reading = (async () => {
      for await (const piece of source ?? []) seen.push(piece.length);
    })();
    await expect(reading).rejects.toMatchObject({ reason: "altered" });
    expect(seen).toEqual([CHUNK]);
  });

  test("stays a stream: what is written comes out before the end is there", async () => {
    const { readable, writable } = seal.sealStream();
    const opened = readable.pipeThrough(seal.openStream()).getReader();
    const writer = writable.getWriter();
    const first = opened.read();
    await writer.write(content(2 * CHUNK + 1));
    expect((await first).value?.length).toBe(CHUNK);
    const rest = opened.read();
    await writer.close();
    expect((await rest).value?.length).toBe(CHUNK);
    expect((await opened.read()).value?.length).toBe(1);
    expect((await opened.read()).done).toBe(true);
  });
});
