/** The serializer's side of references: when they are made, and how a message with some is read. @module */
import { fromBase64Text, toBase64 } from "../base/base64.ts";
import type { Encoded } from "../protocol/encoded.ts";
import { areReferences, type PathStep, type Reference } from "../protocol/reference.ts";
import { DecodeError } from "./decode_error.ts";
import type { Holders, ReferenceCodec } from "./reference_codec.ts";
import type { Reviver } from "./tagged_reader.ts";

/** What keeps values elsewhere, or what gives it whenever it is needed: it may be closed, and opened again. */
export type ReferenceSource = ReferenceCodec | (() => Promise<ReferenceCodec>);

/** Says of a place in a value whether a handle is wanted there rather than the content. */
export type LazyPlaces = (at: readonly PathStep[]) => boolean;

/** What stands for the references of a message: handles, and values that were read. */
export interface Resolved {
  readonly values: readonly unknown[];
  /** The value without them, where that was kept elsewhere as a whole. */
  readonly whole?: Encoded;
}

/** Keeps what is too much for a message. */
export class References {
  /** What is longer does not travel in a message: characters of its text, or bytes of a buffer. */
  readonly limit: number;
  readonly #source: ReferenceSource;

  constructor(source: ReferenceSource, limit: number) {
    this.#source = source;
    this.limit = limit;
  }

  /** The codec, as its source has it now. */
  codec(): ReferenceCodec | Promise<ReferenceCodec> {
    return typeof this.#source === "function" ? this.#source() : this.#source;
  }

  /** Keeps the text of a whole value; what is base64 in a message is kept as bytes. */
  async spill(text: string, enc: string | undefined, holders: Holders): Promise<Reference> {
    const codec = await this.codec();
    const content = enc === undefined ? new TextEncoder().encode(text) : fromBase64Text(text);
    return await codec.storeContent(content, enc, holders);
  }

  /** What stands for the references of a message. */
  async resolve({ enc, refs = [] }: Encoded, reviver: Reviver, lazy: LazyPlaces): Promise<Resolved> {
    if (!areReferences(refs)) throw new DecodeError("Cannot decode a value as its references must be of their form");
    const codec = await this.codec();
    const inner = enc === "stored" ? refs.slice(0, -1) : refs;
    const values = await Promise.all(
      inner.map((reference) => {
        const { at } = reference;
        return codec.resolve({ reference, lazy: at !== undefined && lazy(at), reviver });
      }),
    );
    const whole = enc === "stored" ? refs.at(-1) : undefined;
    return whole ? { values, whole: wholeOf(whole, await codec.load(whole)) } : { values };
  }
}

function wholeOf({ kind, enc }: Reference, content: Uint8Array): Encoded {
  if (kind !== "value") throw new DecodeError("Cannot decode a stored value as its last reference must be the whole");
  if (enc !== undefined) return { data: toBase64(content), enc };
  return { data: new TextDecoder("utf-8", { ignoreBOM: true }).decode(content), enc: "json" };
}
