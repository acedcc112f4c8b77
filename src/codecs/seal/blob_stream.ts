/** Seals and opens blobs as they stream by, a chunk in memory at a time. @module */
import { type BlobSeal, CHUNK, HEADER, newBlobSeal, readBlobSeal, SEALED_CHUNK } from "./blob_format.ts";
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
  return opening(new Opener(ring, context), Infinity);
}

/** A part of a sealed blob: whole chunks, of which only some bytes are wanted. */
export interface BlobPart {
  /** The number of the first chunk. */
  readonly first: number;
  /** Whether the last of these chunks is the last of the blob. */
  readonly isEnd: boolean;
  /** How many bytes of the content of these chunks are not wanted at their beginning, and how many then are. */
  readonly skip: number;
  readonly take: number;
}

/** The chunks of a part of a sealed blob to the content that is wanted. */
export function openPart(
  ring: KeyRing,
  context: string,
  header: Bytes,
  { first, isEnd, skip, take }: BlobPart,
): TransformStream<Uint8Array, Bytes> {
  return opening(new Opener(ring, context, { header, first, isEnd }), take, skip);
}

function opening(opener: Opener, take: number, skip = 0): TransformStream<Uint8Array, Bytes> {
  let [left, over] = [take, skip];
  const wanted = (content: Bytes, controller: TransformStreamDefaultController<Bytes>) => {
    const part = content.subarray(over, over + left);
    over = Math.max(0, over - content.length);
    left -= part.length;
    if (part.length > 0) controller.enqueue(part);
  };
  return new TransformStream<Uint8Array, Bytes>({
    async transform(bytes, controller) {
      for await (const content of opener.take(bytes)) wanted(content, controller);
    },
    async flush(controller) {
      wanted(await opener.last(), controller);
    },
  });
}

class Opener {
  readonly #ring: KeyRing;
  readonly #context: string;
  readonly #pieces: Pieces = new Pieces(SEALED_CHUNK);
  readonly #isEnd: boolean;
  #header: Bytes = new Uint8Array(0);
  #seal: BlobSeal | undefined;
  #count = 0;

  /** @param part which chunks come, and the header that does not come with them; all of a blob where it is absent */
  constructor(
    ring: KeyRing,
    context: string,
    part: { readonly header?: Bytes; readonly first: number; readonly isEnd: boolean } = { first: 0, isEnd: true },
  ) {
    this.#ring = ring;
    this.#context = context;
    this.#isEnd = part.isEnd;
    this.#count = part.first;
    this.#header = part.header ?? this.#header;
  }

  async *take(bytes: Uint8Array): AsyncGenerator<Bytes> {
    const body = this.#seal || this.#header.length === HEADER ? bytes : await this.#takeHeader(bytes);
    for (const piece of this.#pieces.take(body)) yield await this.#open(piece, false);
  }

  last(): Promise<Bytes> {
    return this.#open(this.#pieces.rest(), this.#isEnd);
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
    const seal = this.#seal ??= await readBlobSeal(this.#header, this.#ring, this.#context);
    try {
      return new Uint8Array(await crypto.subtle.decrypt(seal.params(this.#count++, isLast), seal.key, piece));
    } catch {
      throw new SealError("blob", this.#context, "altered");
    }
  }
}
