/** The handle of content that is somewhere else, or may only be read once. @module */
import { byteStreamOf, ownBytes } from "../base/byte_streams.ts";
import type { Reference } from "./reference.ts";

/** A chunk of content. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** What is known of content before it is read. */
export interface RefInfo {
  /** Its length in bytes; undefined for a stream that has not been sent yet. */
  readonly size?: number | undefined;
  /** Its media type; empty when unknown. */
  readonly type?: string | undefined;
  /** The name of a file. */
  readonly name?: string | undefined;
  /** When a file was last changed, in milliseconds since the Unix epoch. */
  readonly modified?: number | undefined;
}

/** Content in this process. A stream may give bytes, buffers or texts. */
export type LocalContent = Blob | Bytes | ReadableStream<unknown>;

/** Where the content of a {@link Ref} comes from. */
export interface RefSource {
  /** Opens the content, whole or a part, and fails when it is not what it should be. */
  open(options: RefReadOptions): Promise<ReadableStream<Bytes>>;
  /** What stands for it in a message, once it is stored. */
  readonly reference?: Reference | undefined;
  /** The very value that it is made of, where nothing has been stored yet. */
  readonly value?: LocalContent | undefined;
}

/** How content is read. */
export interface RefReadOptions {
  /** Only a part: so many bytes from an offset. The checksum is only checked when the whole is read. */
  readonly range?: { readonly offset: number; readonly length?: number } | undefined;
  /** Stops the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** Content that a message refers to cannot be had: it is not there, or is not what was stored. */
export class BlobError extends Error {
  override readonly name: string = "BlobError";
  /** Whether it is gone, or damaged. */
  readonly reason: "missing" | "corrupt";
  /** The key in the blob store. */
  readonly key: string;

  constructor(reason: "missing" | "corrupt", key: string, detail: string) {
    super(
      reason === "missing"
        ? `Cannot read blob ${key} as the blob store must have it: ${detail}`
        : `Cannot read blob ${key} as it must be what was stored: ${detail}`,
    );
    this.reason = reason;
    this.key = key;
  }
}

/**
 * A handle of content: a file, a stream, or bytes. A task gets one for a `Blob`, a `File` or a stream that was sent to
 * it, and nothing is read before it asks. It can be sent on, and returned, without being read.
 *
 * The content is checked against its checksum as it is read: what has been read whole without an error is what was sent.
 */
export class Ref implements RefInfo {
  readonly size: number | undefined;
  readonly type: string;
  readonly name: string | undefined;
  readonly modified: number | undefined;
  readonly #source: RefSource;

  constructor(source: RefSource, info: RefInfo = {}) {
    this.#source = source;
    this.size = info.size;
    this.type = info.type ?? "";
    this.name = info.name;
    this.modified = info.modified;
  }

  /**
   * A handle of content that is here. Sending it stores the content; a type and a name that it does not have itself can
   * be given.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { Ref } from "@umbel/umbel";
   *
   * const ref = Ref.of(new Blob(["a,b\n1,2\n"], { type: "text/csv" }), { name: "table.csv" });
   * assert.equal(await ref.text(), "a,b\n1,2\n");
   * assert.deepEqual([ref.size, ref.type, ref.name], [8, "text/csv", "table.csv"]);
   * ```
   */
  static of(
    content: Blob | ArrayBufferView | ArrayBuffer | ReadableStream<unknown>,
    info: Omit<RefInfo, "size"> = {},
  ): Ref {
    const value = localContent(content);
    return new Ref(new LocalSource(value), { ...infoOf(value), ...info });
  }

  /** What stands for it in a message, once it is stored. */
  get reference(): Reference | undefined {
    return this.#source.reference;
  }

  /** The very value that it is made of, where nothing has been stored yet. */
  get value(): LocalContent | undefined {
    return this.#source.value;
  }

  /** What is known of it, for JSON that people read; a serializer keeps the content. */
  toJSON(): RefInfo {
    const { size, type, name, modified } = this;
    return { size, type, name, modified };
  }

  /** The content as a stream, read as it is asked for; of a part of it, the checksum is not checked. */
  stream(options: RefReadOptions = {}): ReadableStream<Bytes> {
    let reader: ReadableStreamDefaultReader<Bytes> | undefined;
    return new ReadableStream<Bytes>({
      pull: async (controller) => {
        reader ??= (await this.#source.open(options)).getReader();
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader?.cancel(reason),
    }, { highWaterMark: 0 });
  }

  /** All of the content. */
  async bytes(options: RefReadOptions = {}): Promise<Bytes> {
    const parts: Bytes[] = [];
    const reader = (await this.#source.open(options)).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return joined(parts);
      parts.push(value);
    }
  }

  /** All of the content as text, by UTF-8. */
  async text(options: RefReadOptions = {}): Promise<string> {
    return new TextDecoder().decode(await this.bytes(options));
  }

  /**
   * All of the content as what its JSON says.
   *
   * @throws {SyntaxError} when it is no JSON
   */
  async json(options: RefReadOptions = {}): Promise<unknown> {
    return JSON.parse(await this.text(options));
  }

  /** All of the content as a blob; as a `File`, where it has a name. */
  async blob(options: RefReadOptions = {}): Promise<Blob> {
    const bytes = await this.bytes(options);
    const { type, name, modified } = this;
    if (name === undefined) return new Blob([bytes], { type });
    return new File([bytes], name, { type, ...(modified !== undefined && { lastModified: modified }) });
  }
}

function localContent(content: Blob | ArrayBufferView | ArrayBuffer | ReadableStream<unknown>): LocalContent {
  if (content instanceof ArrayBuffer) return new Uint8Array(content);
  return ArrayBuffer.isView(content) ? ownBytes(content) : content;
}

function infoOf(content: LocalContent): RefInfo {
  if (content instanceof Uint8Array) return { size: content.length };
  if (!(content instanceof Blob)) return {};
  const file = content instanceof File ? { name: content.name, modified: content.lastModified } : {};
  return { size: content.size, type: content.type, ...file };
}

function joined(parts: readonly Bytes[]): Bytes {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

class LocalSource implements RefSource {
  readonly value: LocalContent;

  constructor(value: LocalContent) {
    this.value = value;
  }

  open({ range, signal }: RefReadOptions): Promise<ReadableStream<Bytes>> {
    signal?.throwIfAborted();
    const { value } = this;
    if (value instanceof ReadableStream) {
      if (range === undefined) return Promise.resolve(byteStreamOf(value));
      return Promise.reject(new TypeError("Cannot read a part of a stream as it must have been stored before"));
    }
    const blob = value instanceof Blob ? value : new Blob([value]);
    const { offset = 0, length = Infinity } = range ?? {};
    return Promise.resolve(blob.slice(offset, Math.min(offset + length, blob.size)).stream());
  }
}
