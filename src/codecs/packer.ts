/** Packs long texts where that makes them shorter, by a codec that may still have to be loaded. @module */
import { then } from "../base/then.ts";
import { DecodeError, unknownEncoding } from "./decode_error.ts";
import type { PackCodec } from "./pack_codec.ts";

/** A codec, or what loads one when it is first needed. */
export type PackSource = PackCodec | (() => Promise<PackCodec>);

/** What a value is packed with, and when. */
export interface PackerParams {
  readonly source: PackSource;
  /** Shorter texts are not packed. */
  readonly from: number;
  /** What a packed value may become at most, in bytes. */
  readonly limit: number;
}

/** A packed text, and the name of what packed it. */
export interface Packed {
  readonly data: string;
  readonly name: string;
}

/** Packs texts and bytes, and unpacks them. A promise only the first time, where the codec has to be loaded. */
export class Packer {
  /** Shorter texts are not packed. */
  readonly from: number;
  readonly #limit: number;
  #codec: PackCodec | (() => Promise<PackCodec>);
  #loading: Promise<PackCodec> | undefined;

  constructor({ source, from, limit }: PackerParams) {
    this.#codec = source;
    this.from = from;
    this.#limit = limit;
  }

  /** The packed form of a text or of bytes; undefined where it would not be shorter than `length` characters. */
  pack(data: string | Uint8Array, length: number): Packed | undefined | Promise<Packed | undefined> {
    if (length < this.from) return undefined;
    return then(this.#open(), (codec) => {
      const packed = codec.pack(data);
      return packed.length < length ? { data: packed, name: codec.name } : undefined;
    });
  }

  /** The text that was packed. */
  unpackText(packed: string, name: string): string | Promise<string> {
    return this.#unpack(name, (codec) => codec.unpackText(packed, { maxBytes: this.#limit }));
  }

  /** The bytes that were packed. */
  unpackBytes(packed: string, name: string): Uint8Array | Promise<Uint8Array> {
    return this.#unpack(name, (codec) => codec.unpackBytes(packed, { maxBytes: this.#limit }));
  }

  #unpack<T>(name: string, unpack: (codec: PackCodec) => T): T | Promise<T> {
    return then(this.#open(), (codec) => {
      if (codec.name !== name) throw unknownEncoding(name);
      try {
        return unpack(codec);
      } catch (cause) {
        throw new DecodeError("Cannot decode a packed value as it must be whole and within the limit", { cause });
      }
    });
  }

  #open(): PackCodec | Promise<PackCodec> {
    const codec = this.#codec;
    if (typeof codec !== "function") return codec;
    return this.#loading ??= codec().then((loaded) => this.#codec = loaded);
  }
}
