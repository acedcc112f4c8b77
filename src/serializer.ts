/**
 * The serializer: turns values into what travels, and back. Arguments, results, progress and group results all go
 * through it, in named steps: look (`codecs/plain.ts`, `codecs/survey.ts`), decide (`codecs/policy.ts`), store
 * (`codecs/blob_references.ts`), encode, pack.
 *
 * @module
 */
import { ClassCodecs } from "./codecs/class_codec.ts";
import { type DecodeOptions, Decoder } from "./codecs/decoder.ts";
import { type EncodeOptions, Encoder } from "./codecs/encoder.ts";
import { Packer, type PackSource } from "./codecs/packer.ts";
import type { Holders } from "./codecs/reference_codec.ts";
import { type LazyPlaces, References, type ReferenceSource } from "./codecs/references.ts";
import type { RichCodec } from "./codecs/rich_codec.ts";
import type { Encoded } from "./protocol/encoded.ts";
import type { SerializationPolicy } from "./protocol/serialization_policy.ts";

export type { DecodeOptions, EncodeOptions, Holders, LazyPlaces };

/** How a serializer works. */
export interface SerializerOptions {
  /** What becomes of values that JSON cannot carry; asked for each such value where it is a function. @default {"rich"} */
  readonly policy?: SerializationPolicy | (() => SerializationPolicy);
  /** Codecs of the user's own classes; more can be added to it later. None by default. */
  readonly classes?: ClassCodecs;
  /** Carries rich values. Without one, they are refused. */
  readonly rich?: RichCodec;
  /** Compresses long values; loaded when first needed, where it is a function. Without one, packed values cannot be read. */
  readonly pack?: PackSource;
  /** Values of about this many characters or more are packed. @default {4096} */
  readonly packFrom?: number;
  /** What a packed value may become at most, in bytes; one that claims more is refused unread. @default {67108864} */
  readonly unpackLimit?: number;
  /** Keeps what is too much for a message; asked for when it is needed. Without it, files and streams are refused. */
  readonly references?: ReferenceSource;
  /**
   * What is kept elsewhere: texts of so many characters, as they would travel, and buffers of so many bytes. @default {32768}
   */
  readonly inlineLimit?: number;
}

/** Turns values into what travels, and back. */
export interface Serializer {
  /** The codecs of the user's own classes. */
  readonly classes: ClassCodecs;
  /**
   * What travels for a value. Where that is plain JSON, it is the very value: whoever writes the whole message writes it
   * with it, once.
   *
   * @throws {SerializationError} when the value holds something that cannot travel, with every path and kind; it is thrown
   * before anything is stored, and not by a promise
   */
  encode(value: unknown, options?: EncodeOptions): Encoded | Promise<Encoded>;
  /**
   * The value of what travelled.
   *
   * @throws {DecodeError}
   */
  decode(encoded: Encoded, options?: DecodeOptions): unknown | Promise<unknown>;
  /** Keeps what an encoded value refers to for others too, to whom it is passed on as it is. */
  hold(encoded: Encoded, holders: Holders): Promise<void>;
}

/**
 * The default of {@link SerializerOptions.packFrom}. On orders, LZ4 in base64 is as long as the JSON at 500 characters, 63 %
 * at 1,000, 40 % at 2,000, and 28 % at 4,000; to make it takes 5 to 10 µs whatever the length up to there, which is as
 * long as `JSON.stringify` takes at 4,000. Below, a text that any tool can read is worth more.
 */
export const PACK_FROM = 4_096;

/** The default of {@link SerializerOptions.unpackLimit}. */
export const UNPACK_LIMIT = 67_108_864;

/** The default of {@link SerializerOptions.inlineLimit}. */
export const INLINE_LIMIT = 32_768;

/**
 * A serializer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createSerializer, msgpackCodec } from "@umbel/umbel";
 *
 * const serializer = createSerializer({ rich: msgpackCodec });
 * const encoded = await serializer.encode({ args: [{ born: new Date(0) }] });
 * assert.deepEqual(encoded.flags, [["args[0].born", "Date"]]);
 * assert.deepEqual(await serializer.decode(encoded), { args: [{ born: new Date(0) }] });
 * ```
 */
export function createSerializer(options: SerializerOptions = {}): Serializer {
  const { policy = "rich", classes = new ClassCodecs(), rich, pack, references: source } = options;
  const { packFrom: from = PACK_FROM, unpackLimit: limit = UNPACK_LIMIT } = options;
  const packer = pack && new Packer({ source: pack, from, limit });
  const references = source && new References(source, options.inlineLimit ?? INLINE_LIMIT);
  const policyNow = typeof policy === "function" ? policy : () => policy;
  const encoder = new Encoder({ classes, policy: policyNow, rich, packer, references });
  const decoder = new Decoder({ classes, rich, packer, references });
  return {
    classes,
    encode: (value, how = {}) => encoder.encode(value, how),
    decode: (encoded, how = {}) => decoder.decode(encoded, how),
    hold: async ({ refs = [] }, holders) => await (await references?.codec())?.hold(refs, holders),
  };
}
