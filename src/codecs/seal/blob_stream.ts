/** Seals and opens blobs as they stream by, a chunk in memory at a time. @module */
import { type BlobSeal, CHUNK, HEADER, newBlobSeal, readBlobSeal, TAG } from "./blob_format.ts";
import type { KeyRing } from "./key_ring.ts";
import { SealError } from "./seal_error.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** As many chunks as numbers for them: 256 TiB. */
const MOST_CHUNKS = 2 ** 32;

/** Puts pieces of any size together to pieces of one size; the last piece is only known at the end. */
class Pieces {
  #buffer: Bytes;
  #filled = 0;

  constructor(size: number) {
    this.#buffer = new Uint8Array(size);
  }

  /** Takes bytes in, and gives each piece that is full and is not the last: more bytes came after it. */
  *take(bytes: Uint8Array): Generator<Bytes> {
    let from = 0;
    while (from < bytes.length) {
      if (this.#filled === this.#buffer.length) {
        yield this.#buffer;
        this.#filled = 0;
      }
      const part = bytes.subarray(from, from + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
    }
  }

  /** What is left: the last piece. */
  rest(): Bytes {
    return this.#buffer.subarray(0, this.#filled);
  }
}

/** Content to a sealed blob. */
export function sealStream(ring: KeyRing, context: string): TransformStream<Uint8Array, Bytes> {
  const pieces = new Pieces(CHUNK);
  let seal: BlobSeal | undefined;
  let count = 0;
  const chunk = async (piece: Bytes, isLast: boolean): Promise<Bytes> => {
    if (count >= MOST_CHUNKS) throw new RangeError("Cannot seal a blob as it must have 256 TiB at most");
    const { key, params } = seal ??= await newBlobSeal(ring, context);
    return new Uint8Array(await crypto.subtle.encrypt(params(count++, isLast), key, piece));
  };
  return new TransformStream<Uint8Array, Bytes>({
    async start(controller) {
      seal = await newBlobSeal(ring, context);
      controller.enqueue(seal.header);
    },
    async transform(bytes, controller) {
      for (const piece of pieces.take(bytes)) controller.enqueue(await chunk(piece, false));
    },
    async flush(controller) {
      controller.enqueue(await chunk(pieces.rest(), true));
    },
  });
}

/** A sealed blob to its content. No byte comes out that was not checked; an end that comes too early is an error. */
export function openStream(ring: KeyRing, context: string): TransformStream<Uint8Array, Bytes> {
  const opener = new Opener(ring, context);
  return new TransformStream<Uint8Array, Bytes>({
    async transform(bytes, controller) {
      for await (const content of opener.take(bytes)) controller.enqueue(content);
    },
    async flush(controller) {
      controller.enqueue(await opener.last());
    },
  });
}

class Opener {
  readonly #ring: KeyRing;
  readonly #context: string;
  readonly #pieces: Pieces = new Pieces(CHUNK + TAG);
  #header: Bytes = new Uint8Array(0);
  #seal: BlobSeal | undefined;
  #count = 0;

  constructor(ring: KeyRing, context: string) {
    this.#ring = ring;
    this.#context = context;
  }

  async *take(bytes: Uint8Array): AsyncGenerator<Bytes> {
    const body = this.#seal ? bytes : await this.#takeHeader(bytes);
    for (const piece of this.#pieces.take(body)) yield await this.#open(piece, false);
  }

  last(): Promise<Bytes> {
    return this.#open(this.#pieces.rest(), true);
  }

  /** Gathers the header; what came after it is given back. */
  async #takeHeader(bytes: Uint8Array): Promise<Uint8Array> {
    const start = new Uint8Array(this.#header.length + bytes.length);
    start.set(this.#header);
    start.set(bytes, this.#header.length);
    this.#header = start;
    if (start.length < HEADER) return new Uint8Array(0);
    this.#seal = await readBlobSeal(start.slice(0, HEADER), this.#ring, this.#context);
    return start.subarray(HEADER);
  }

  async #open(piece: Bytes, isLast: boolean): Promise<Bytes> {
    const seal = this.#seal ?? await readBlobSeal(this.#header, this.#ring, this.#context);
    try {
      return new Uint8Array(await crypto.subtle.decrypt(seal.params(this.#count++, isLast), seal.key, piece));
    } catch {
      throw new SealError("blob", this.#context, "altered");
    }
  }
}
