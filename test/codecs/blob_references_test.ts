import { describe, expect, test } from "bun:test";
import { newId } from "../../src/base/ids.ts";
import { memoryBlobs, type MemoryBlobStore } from "../../src/blob_stores/memory/mod.ts";
import { parseBlobKey } from "../../src/codecs/blob_keys.ts";
import { BlobReferences } from "../../src/codecs/blob_references.ts";
import { msgpackCodec } from "../../src/codecs/msgpack_codec.ts";
import { lz4 } from "../../src/codecs/wasm/mod.ts";
import type { Encoded } from "../../src/protocol/encoded.ts";
import { BlobError, Ref } from "../../src/protocol/ref.ts";
import { createSerializer, type EncodeOptions, type Serializer, type SerializerOptions } from "../../src/serializer.ts";

interface Bench {
  readonly store: MemoryBlobStore;
  readonly serializer: Serializer;
  /** What a value is at the other end, by way of a message. */
  readonly sent: (value: unknown, options?: EncodeOptions) => Promise<unknown>;
  readonly encoded: (value: unknown, options?: EncodeOptions) => Promise<Encoded>;
  readonly keys: (prefix?: string) => Promise<string[]>;
}

function bench(options: SerializerOptions = {}): Bench {
  const store = memoryBlobs();
  const references = new BlobReferences({ store, rich: msgpackCodec });
  const serializer = createSerializer({ rich: msgpackCodec, references, inlineLimit: 1_000, ...options });
  const encoded = async (value: unknown, how?: EncodeOptions): Promise<Encoded> =>
    JSON.parse(JSON.stringify(await serializer.encode(value, how)));
  return {
    store,
    serializer,
    encoded,
    sent: async (value, how) => await serializer.decode(await encoded(value, how)),
    keys: async (prefix = "") => (await store.list(prefix)).blobs.map(({ key }) => key),
  };
}

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
}

function streamOf(...chunks: unknown[]): ReadableStream {
  return new ReadableStream({
    pull(controller) {
      if (chunks.length > 0) controller.enqueue(chunks.shift());
      else controller.close();
    },
  });
}

describe("files and streams", () => {
  test("become handles, with what is known of them", async () => {
    const { sent } = bench();
    const file = new File(["a,b\n"], "table.csv", { type: "text/csv", lastModified: 1_234 });
    const got = Object(
      await sent({ file, blob: new Blob(["é"], { type: "text/plain" }), stream: streamOf(bytes(10)) }),
    );
    expect(got.file).toBeInstanceOf(Ref);
    expect([got.file.size, got.file.type, got.file.name, got.file.modified]).toEqual([
      4,
      "text/csv",
      "table.csv",
      1_234,
    ]);
    expect(await got.file.text()).toBe("a,b\n");
    expect([got.blob.size, got.blob.name]).toEqual([2, undefined]);
    expect(await got.blob.text()).toBe("é");
    expect(await got.stream.bytes()).toEqual(bytes(10));
    const back = await got.file.blob();
    expect(back).toBeInstanceOf(File);
    expect([back.name, back.type, back.lastModified, await back.text()]).toEqual([
      "table.csv",
      "text/csv",
      1_234,
      "a,b\n",
    ]);
  });

  test("stand in plain JSON as null, with their place and kind", async () => {
    const { encoded } = bench();
    const message = await encoded({ args: [1, new Blob(["x"])] }, { owner: newId() });
    expect(message).toEqual({
      data: { args: [1, null] },
      flags: [["args[1]", "Blob"]],
      refs: [{ key: expect.any(String), kind: "Blob", size: 1, sum: expect.any(String), at: ["args", 1] }],
    });
  });

  test("travel among values that JSON cannot carry, and inside of them", async () => {
    const { sent, encoded } = bench();
    const value = () => ({ when: new Date(0), files: new Map([["a", new Blob(["a"])]]), top: new Blob(["b"]) });
    expect((await encoded(value())).refs?.map(({ at }) => at)).toEqual([undefined, ["top"]]);
    const got = Object(await sent(value()));
    expect(got.when).toEqual(new Date(0));
    expect(await got.files.get("a").text()).toBe("a");
    expect(await got.top.text()).toBe("b");
  });

  test("may be the whole value", async () => {
    const { sent } = bench();
    expect(await Object(await sent(new Blob(["alone"]))).text()).toBe("alone");
  });

  test("that stand at several places are stored once", async () => {
    const { sent, keys } = bench();
    const [blob, stream] = [new Blob(["same"]), streamOf(bytes(5))];
    const got = Object(await sent({ a: blob, b: [blob], c: stream, d: stream }));
    expect(await keys()).toHaveLength(2);
    expect(await got.b[0].text()).toBe("same");
    expect(await got.d.bytes()).toEqual(bytes(5));
  });

  test("of texts and buffers are taken as bytes; a stream of anything else is refused, and nothing stays", async () => {
    const { sent, keys } = bench();
    const mixed = streamOf("é", bytes(2).buffer, new Uint16Array([258]));
    expect(await Object(await sent(mixed)).bytes()).toEqual(new Uint8Array([0xc3, 0xa9, 0, 7, 2, 1]));
    const before = await keys();
    await expect(sent([new Blob(["a"]), streamOf({ no: "bytes" })])).rejects.toThrow(/must give bytes or texts/);
    expect(await keys()).toEqual(before);
  });

  test("that are read already are refused, with their place", async () => {
    const { encoded } = bench();
    const read = streamOf(bytes(1));
    read.getReader();
    await expect(encoded({ a: [read] })).rejects.toThrow(/a\[0\] is locked stream/);
    await expect(encoded({ a: Ref.of(read) })).rejects.toThrow(/a is locked stream/);
  });

  test("keep a name and a type that are given by hand", async () => {
    const { sent } = bench();
    const got = Object(await sent(Ref.of(streamOf("{}"), { type: "application/json", name: "a.json" })));
    expect([got.type, got.name, await got.json()]).toEqual(["application/json", "a.json", {}]);
  });
});

describe("large values", () => {
  test("of bytes leave the message, and come back as what they are", async () => {
    const { sent, encoded } = bench();
    const value = {
      bytes: bytes(1_000),
      floats: new Float64Array(500).fill(0.5),
      buffer: bytes(2_000).buffer,
      view: new DataView(bytes(1_500).buffer, 3),
      small: bytes(10),
    };
    const message = await encoded(value);
    expect(message.refs?.map(({ kind }) => kind)).toEqual(["Uint8Array", "Float64Array", "ArrayBuffer", "DataView"]);
    expect(JSON.stringify(message).length).toBeLessThan(1_500);
    expect(await sent(value)).toEqual(value);
  });

  test("become handles where the reader wants one", async () => {
    const { serializer, encoded } = bench();
    const message = await encoded({ args: [bytes(2_000), bytes(2_000)] });
    const got = Object(await serializer.decode(message, { lazy: (at) => at.join(".") === "args.1" }));
    expect(got.args[0]).toEqual(bytes(2_000));
    expect(got.args[1]).toBeInstanceOf(Ref);
    expect([got.args[1].size, await got.args[1].bytes()]).toEqual([2_000, bytes(2_000)]);
  });

  test.each<[string, SerializerOptions]>([["packed", { pack: lz4, packFrom: 100 }], ["as they are", {}]])(
    "of any kind leave the message whole, %s",
    async (_, options) => {
      const { sent, encoded } = bench(options);
      const text = Array.from({ length: 3_000 }, (_, index) => ((index * 2_654_435_761) >>> 7).toString(36)).join("");
      for (const value of [{ text }, { text, when: new Date(0) }, { text, lone: "\ud800" }]) {
        const message = await encoded(value);
        expect(message).toMatchObject({ enc: "stored", refs: [{ kind: "value" }] });
        expect(message.data).toBeUndefined();
        expect(await sent(value)).toEqual(value);
      }
      expect(await sent({ short: "x" })).toEqual({ short: "x" });
    },
  );

  test("may hold references themselves", async () => {
    const { sent } = bench({ pack: lz4, packFrom: 100 });
    const list = Array.from({ length: 500 }, (_, id) => ({ id, random: (id * 7_919) % 10_007 }));
    const got = Object(await sent({ list, file: new Blob(["inside"]) }));
    expect(got.list).toEqual(list);
    expect(await got.file.text()).toBe("inside");
    const rich = Object(await sent({ list, when: new Date(0), file: new Blob(["inside"]) }));
    expect([rich.list.length, rich.when, await rich.file.text()]).toEqual([500, new Date(0), "inside"]);
  });

  test("of the policy reference are all that JSON cannot carry", async () => {
    const { sent, encoded } = bench({ policy: "reference" });
    const value = { when: new Date(0), map: new Map([["a", new Set([1n])]]), bytes: bytes(3), plain: [1, "x"] };
    const message = await encoded(value);
    expect(message.data).toEqual({ when: null, map: null, bytes: null, plain: [1, "x"] });
    expect(message.refs?.map(({ kind, enc }) => [kind, enc])).toEqual([
      ["Date", "msgpack"],
      ["Map", "msgpack"],
      ["Uint8Array", undefined],
    ]);
    expect(await sent(value)).toEqual(value);
  });
});

describe("a message that is sent again", () => {
  test("is as it was: decoding does not touch it", async () => {
    const { serializer, encoded } = bench();
    const message = await encoded({ args: [new Blob(["x"]), bytes(2_000)] });
    const before = JSON.stringify(message);
    await serializer.decode(message);
    expect(JSON.stringify(message)).toBe(before);
  });

  test("with a handle passes the content on without reading it", async () => {
    const { store, serializer, encoded, keys } = bench();
    const [first, second, third] = [newId(), newId(), newId()];
    const got = Object(await serializer.decode(await encoded({ file: new File(["once"], "a.txt") }, { owner: first })));
    const reads: string[] = [];
    const get = store.get.bind(store);
    store.get = (key, options) => (reads.push(key), get(key, options));
    const passed = await encoded({ again: [got.file] }, { owner: second, heirs: [third] });
    expect(reads).toEqual([]);
    expect(passed.refs?.[0]).toMatchObject({ kind: "File", name: "a.txt", at: ["again", 0] });
    expect(await Object(await serializer.decode(passed)).again[0].text()).toBe("once");
    const [value = ""] = await keys("values/");
    expect(await keys()).toHaveLength(3);
    expect((await keys("held/")).map((key) => parseBlobKey(key))).toEqual([
      { kind: "mark", key: value, task: second },
      { kind: "mark", key: value, task: third },
    ]);
    expect(parseBlobKey(value)).toEqual({ kind: "value", key: value, task: first });
  });
});

describe("content that cannot be had", () => {
  async function broken(change: (store: MemoryBlobStore, key: string) => Promise<unknown>): Promise<Ref> {
    const { store, sent, keys } = bench();
    const got = await sent(new Blob([bytes(300_000)]));
    const [key = ""] = await keys();
    await change(store, key);
    if (got instanceof Ref) return got;
    throw new Error("No handle came");
  }

  test("because it is gone is told", async () => {
    const ref = await broken((store, key) => store.delete([key]));
    await expect(ref.bytes()).rejects.toThrow(BlobError);
    await expect(ref.text()).rejects.toMatchObject({ reason: "missing" });
  });

  test("because it is of another length is told before any of it is read", async () => {
    const ref = await broken((store, key) => store.put(key, bytes(299_999)));
    await expect(ref.stream().getReader().read()).rejects.toMatchObject({ reason: "corrupt" });
  });

  test("because a byte is another is told at its end", async () => {
    const ref = await broken((store, key) => store.put(key, bytes(300_000).with(150_000, 1)));
    await expect(ref.bytes()).rejects.toMatchObject({
      reason: "corrupt",
      message: expect.stringContaining("checksum"),
    });
  });

  test("as a value of the message fails its decoding", async () => {
    const { store, serializer, encoded, keys } = bench();
    const message = await encoded([bytes(2_000)]);
    await store.delete(await keys());
    await expect(serializer.decode(message)).rejects.toThrow(BlobError);
  });

  test("in parts is read without a check", async () => {
    const ref = await broken((store, key) => store.put(key, bytes(300_000).with(0, 1)));
    expect(await ref.bytes({ range: { offset: 10, length: 3 } })).toEqual(bytes(13).slice(10));
  });
});

describe("references that nobody of ours wrote", () => {
  test("to a place that is not there are passed over, and never change a prototype", async () => {
    const { serializer, encoded } = bench();
    const message = await encoded([new Blob(["x"])]);
    for (const at of [["__proto__", "polluted"], ["a", "b"], [5], [0, 0], ["constructor", "prototype", "polluted"]]) {
      const refs = message.refs?.map((ref) => ({ ...ref, at }));
      expect(await serializer.decode({ ...message, refs })).toEqual([null]);
    }
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("of an unknown kind or encoding are told", async () => {
    const { serializer, encoded } = bench();
    const message = await encoded([bytes(2_000)]);
    const changed = (change: object) => ({ ...message, refs: message.refs?.map((ref) => ({ ...ref, ...change })) });
    await expect(serializer.decode(changed({ kind: "Secret" }))).rejects.toThrow(/its kind must be known here/);
    await expect(serializer.decode(changed({ enc: "pickle" }))).rejects.toThrow(/must have the codec of its encoding/);
    await expect(serializer.decode({ ...message, enc: "stored" })).rejects.toThrow(/must be the whole/);
    await expect(serializer.decode(changed({ size: "many" }))).rejects.toThrow(/must be of their form/);
  });

  test("need a store", () => {
    const lean = createSerializer({ rich: msgpackCodec });
    expect(() => lean.encode([new Blob(["x"])])).toThrow(/give the app a blob store/);
  });
});
