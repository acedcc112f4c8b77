/** The way into the serializer: fetch, unpack, decode, put in place. @module */
import { fromBase64Text } from "../base/base64.ts";
import { parseJson } from "../base/json.ts";
import { then } from "../base/then.ts";
import type { Encoded } from "../protocol/encoded.ts";
import type { ClassCodecs } from "./class_codec.ts";
import { DecodeError, unknownEncoding } from "./decode_error.ts";
import type { Packer } from "./packer.ts";
import type { LazyPlaces, References } from "./references.ts";
import type { RichCodec } from "./rich_codec.ts";
import { withValues } from "./slots.ts";
import type { Reviver } from "./tagged_reader.ts";

/** How one value is decoded. */
export interface DecodeOptions {
  /** Says of a place whether a handle is wanted there rather than the bytes that a reference stands for. Nowhere by default. */
  readonly lazy?: LazyPlaces | undefined;
}

/** What a {@link Decoder} works with. */
export interface DecoderParams {
  readonly classes: ClassCodecs;
  readonly rich: RichCodec | undefined;
  readonly packer: Packer | undefined;
  readonly references: References | undefined;
}

/** Decodes values. A promise only where a step has to wait. */
export class Decoder {
  readonly #params: DecoderParams;
  readonly #reviver: Reviver;

  constructor(params: DecoderParams) {
    this.#params = params;
    this.#reviver = { instance: (name, data) => instanceOf(params.classes, name, data), reference: noReference };
  }

  /** The value of what travelled. */
  decode(encoded: Encoded, { lazy = () => false }: DecodeOptions): unknown | Promise<unknown> {
    const { refs } = encoded;
    if (refs === undefined || refs.length === 0) return this.#body(encoded, this.#reviver);
    return this.#withReferences(encoded, lazy);
  }

  async #withReferences(encoded: Encoded, lazy: LazyPlaces): Promise<unknown> {
    const { references } = this.#params;
    if (references === undefined) return noReference();
    const { values, whole = encoded } = await references.resolve(encoded, this.#reviver, lazy);
    const reference = (number: number) => number in values ? values[number] : noReference();
    const value = await this.#body(whole, { ...this.#reviver, reference });
    if (whole.enc !== undefined && !whole.enc.startsWith("json")) return value;
    const places = values.map((item, number) => [encoded.refs?.[number]?.at ?? [], item] as const);
    return withValues(value, places);
  }

  #body({ data, enc }: Encoded, reviver: Reviver): unknown | Promise<unknown> {
    if (enc === undefined) return data;
    if (typeof data !== "string") throw new DecodeError(`Cannot decode ${enc} as its data must be a text`);
    const [format = "", pack] = enc.split("+");
    if (format === "json") return then(pack === undefined ? data : this.#packer(enc).unpackText(data, pack), jsonOf);
    const { rich } = this.#params;
    if (rich === undefined || format !== rich.name) throw unknownEncoding(enc);
    const bytes = pack === undefined ? bytesOf(data) : this.#packer(enc).unpackBytes(data, pack);
    return then(bytes, (unpacked) => rich.decode(unpacked, reviver));
  }

  #packer(enc: string): Packer {
    if (this.#params.packer !== undefined) return this.#params.packer;
    throw unknownEncoding(enc);
  }
}

// No cause below: a parser's own error may show a part of the text.

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64Text(text);
  } catch {
    throw new DecodeError("Cannot decode a value as its text must be base64");
  }
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new DecodeError("Cannot decode a packed value as its text must be JSON");
  }
}

function instanceOf(classes: ClassCodecs, name: string, data: unknown): unknown {
  if (classes.has(name)) return classes.decode(name, data);
  throw new DecodeError(
    `Cannot decode an instance of ${
      JSON.stringify(name)
    } as its class must have a codec here too: register it on this app`,
  );
}

function noReference(): never {
  throw new DecodeError("Cannot decode a reference as this process must have the blob store that keeps it");
}
