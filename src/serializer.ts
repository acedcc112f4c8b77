/**
 * The serializer: turns values into what travels, and back. Arguments, results, progress and group results all go
 * through it, in named steps: look (`codecs/plain.ts`, `codecs/survey.ts`), decide (`codecs/policy.ts`), encode, pack.
 *
 * @module
 */
import { fromBase64Text, toBase64 } from "./base/base64.ts";
import { parseJson } from "./base/json.ts";
import { then } from "./base/then.ts";
import { ClassCodecs } from "./codecs/class_codec.ts";
import { DecodeError, unknownEncoding } from "./codecs/decode_error.ts";
import type { FoundFlag } from "./codecs/kinds.ts";
import { Packer, type PackSource } from "./codecs/packer.ts";
import { hasLoneSurrogate, NOT_PLAIN, plainSize } from "./codecs/plain.ts";
import { decide } from "./codecs/policy.ts";
import type { RichCodec } from "./codecs/rich_codec.ts";
import { type Survey, survey } from "./codecs/survey.ts";
import type { Reviver } from "./codecs/tagged_reader.ts";
import type { Encoded } from "./protocol/encoded.ts";
import type { SerializationPolicy } from "./protocol/serialization_policy.ts";

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
}

/** How one value is encoded. */
export interface EncodeOptions {
  /** Names the value in paths and errors, such as `result`. Empty by default: a path then begins with a key. */
  readonly root?: string;
  /** In place of the serializer's own policy. */
  readonly policy?: SerializationPolicy | undefined;
}

/** Turns values into what travels, and back. */
export interface Serializer {
  /** The codecs of the user's own classes. */
  readonly classes: ClassCodecs;
  /**
   * What travels for a value. Where that is plain JSON, it is the very value: whoever writes the whole message writes it
   * with it, once.
   *
   * @throws {SerializationError} when the value holds something that cannot travel, with every path and kind
   */
  encode(value: unknown, options?: EncodeOptions): Encoded | Promise<Encoded>;
  /**
   * The value of what travelled.
   *
   * @throws {DecodeError}
   */
  decode(encoded: Encoded): unknown | Promise<unknown>;
}

/**
 * The default of {@link SerializerOptions.packFrom}. On orders, LZ4 in base64 is as long as the JSON at 500 characters, 63 %
 * at 1,000, 40 % at 2,000, and 28 % at 4,000; to make it takes 5 to 10 µs whatever the length up to there, which is as
 * long as `JSON.stringify` takes at 4,000. Below, a text that any tool can read is worth more.
 */
export const PACK_FROM = 4_096;

/** The default of {@link SerializerOptions.unpackLimit}. */
export const UNPACK_LIMIT = 67_108_864;

/** As many flags as a message carries; a last one tells how many more there were. */
const MOST_FLAGS = 64;

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
  return new Pipeline(options);
}

class Pipeline implements Serializer {
  readonly classes: ClassCodecs;
  readonly #policy: () => SerializationPolicy;
  readonly #rich: RichCodec | undefined;
  readonly #packer: Packer | undefined;
  readonly #reviver: Reviver;

  constructor(options: SerializerOptions) {
    const { policy = "rich", classes = new ClassCodecs(), pack } = options;
    const { packFrom: from = PACK_FROM, unpackLimit: limit = UNPACK_LIMIT } = options;
    this.classes = classes;
    this.#policy = typeof policy === "function" ? policy : () => policy;
    this.#rich = options.rich;
    this.#packer = pack && new Packer({ source: pack, from, limit });
    this.#reviver = reviverOf(classes);
  }

  encode(value: unknown, options: EncodeOptions = {}): Encoded | Promise<Encoded> {
    if (value === undefined) return {};
    const enough = this.#packer?.from ?? Infinity;
    const size = plainSize(value, enough);
    if (size === NOT_PLAIN) return this.#encodeClosely(value, options);
    if (size < enough) return { data: value };
    const text = JSON.stringify(value);
    return hasLoneSurrogate(text) ? this.#encodeClosely(value, options) : this.#encodeText(text, value);
  }

  decode({ data, enc }: Encoded): unknown | Promise<unknown> {
    if (enc === undefined) return data;
    if (typeof data !== "string") throw new DecodeError(`Cannot decode ${enc} as its data must be a text`);
    const [format = "", pack] = enc.split("+");
    if (format === "json" && pack !== undefined) return then(this.#packerOf(enc).unpackText(data, pack), jsonOf);
    const rich = this.#rich;
    if (rich === undefined || format !== rich.name) throw unknownEncoding(enc);
    const bytes = pack === undefined ? bytesOf(data) : this.#packerOf(enc).unpackBytes(data, pack);
    return then(bytes, (unpacked) => rich.decode(unpacked, this.#reviver));
  }

  #encodeClosely(value: unknown, options: EncodeOptions): Encoded | Promise<Encoded> {
    const { root = "", policy = this.#policy() } = options;
    const found = survey(value, root, this.classes);
    decide(found, policy, { rich: this.#rich !== undefined, store: false }, root);
    const flags = flagsOf(found.flags);
    return then(this.#encodeTree(found), (encoded) => ({ ...encoded, ...flags }));
  }

  #encodeTree(found: Survey): Encoded | Promise<Encoded> {
    if (found.rich && this.#rich) return this.#encodeRich(found.tree, this.#rich);
    return this.#packer === undefined ? { data: found.tree } : this.#encodeText(JSON.stringify(found.tree), found.tree);
  }

  #encodeRich(tree: unknown, rich: RichCodec): Encoded | Promise<Encoded> {
    const bytes = rich.encode(tree).slice();
    const data = toBase64(bytes);
    return then(
      this.#packer?.pack(bytes, data.length),
      (packed) => packed ? { data: packed.data, enc: `${rich.name}+${packed.name}` } : { data, enc: rich.name },
    );
  }

  /** A text packed, where that makes it shorter; the value that it is the text of otherwise. */
  #encodeText(text: string, value: unknown): Encoded | Promise<Encoded> {
    return then(
      this.#packer?.pack(text, text.length),
      (packed) => packed ? { data: packed.data, enc: `json+${packed.name}` } : { data: value },
    );
  }

  #packerOf(enc: string): Packer {
    if (this.#packer !== undefined) return this.#packer;
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

function flagsOf(flags: readonly FoundFlag[]): Pick<Encoded, "flags"> {
  if (flags.length === 0) return {};
  if (flags.length <= MOST_FLAGS) return { flags };
  const more = flags.length - MOST_FLAGS + 1;
  return { flags: [...flags.slice(0, MOST_FLAGS - 1), ["…", `${more} more`]] };
}

function reviverOf(classes: ClassCodecs): Reviver {
  return {
    instance(name, data) {
      if (classes.has(name)) return classes.decode(name, data);
      throw new DecodeError(
        `Cannot decode an instance of ${JSON.stringify(name)} as its class must have a codec here too: ` +
          "register it on this app",
      );
    },
    reference() {
      throw new DecodeError("Cannot decode a reference as this process must have the blob store that keeps it");
    },
  };
}
