/** The way out of the serializer: look, decide, store, encode, pack, spill. @module */
import { toBase64 } from "../base/base64.ts";
import { then } from "../base/then.ts";
import type { Encoded } from "../protocol/encoded.ts";
import type { Reference } from "../protocol/reference.ts";
import type { SerializationPolicy } from "../protocol/serialization_policy.ts";
import type { ClassCodecs } from "./class_codec.ts";
import type { FoundFlag, RichValue } from "./kinds.ts";
import type { Packer } from "./packer.ts";
import { hasLoneSurrogate, NOT_PLAIN, plainSize } from "./plain.ts";
import { decide } from "./policy.ts";
import type { Holders } from "./reference_codec.ts";
import type { References } from "./references.ts";
import type { RichCodec } from "./rich_codec.ts";
import { type Survey, survey } from "./survey.ts";

/** How one value is encoded. */
export interface EncodeOptions extends Holders {
  /** Names the value in paths and errors, such as `result`. Empty by default: a path then begins with a key. */
  readonly root?: string;
  /** In place of the serializer's own policy. */
  readonly policy?: SerializationPolicy | undefined;
}

/** What an {@link Encoder} works with. */
export interface EncoderParams {
  readonly classes: ClassCodecs;
  readonly policy: () => SerializationPolicy;
  readonly rich: RichCodec | undefined;
  readonly packer: Packer | undefined;
  readonly references: References | undefined;
}

/** As many flags as a message carries; a last one tells how many more there were. */
const MOST_FLAGS = 64;

/** A tree on its way out, with what was taken from it. */
interface Leaving {
  readonly tree: unknown;
  readonly rich: boolean;
  readonly refs: readonly Reference[];
}

/** Encodes values. A promise only where a step has to wait. */
export class Encoder {
  readonly #params: EncoderParams;
  /** A plain value of about this many characters has more steps before it. */
  readonly #enough: number;

  constructor(params: EncoderParams) {
    this.#params = params;
    this.#enough = Math.min(params.packer?.from ?? Infinity, params.references?.limit ?? Infinity);
  }

  /** What travels for a value. */
  encode(value: unknown, options: EncodeOptions): Encoded | Promise<Encoded> {
    if (value === undefined) return {};
    const size = plainSize(value, this.#enough);
    if (size === NOT_PLAIN) return this.#closely(value, options);
    if (size < this.#enough) return { data: value };
    const text = JSON.stringify(value);
    if (hasLoneSurrogate(text)) return this.#closely(value, options);
    return this.#text(text, { tree: value, rich: false, refs: [] }, options);
  }

  #closely(value: unknown, options: EncodeOptions): Encoded | Promise<Encoded> {
    const { classes, rich, references } = this.#params;
    const { root = "", policy = this.#params.policy() } = options;
    const found = survey(value, root, classes);
    decide(found, policy, { rich: rich !== undefined, store: references !== undefined }, root);
    const flags = flagsOf(found.flags);
    const encoded = then(this.#store(found, policy, options), (leaving) => this.#tree(leaving, options));
    return then(encoded, (sent) => ({ ...sent, ...flags }));
  }

  /** Takes out of a tree what goes to the store, if anything does. */
  #store(found: Survey, policy: SerializationPolicy, holders: Holders): Leaving | Promise<Leaving> {
    const { references } = this.#params;
    const { tree, rich } = found;
    const all = policy === "reference" && rich;
    if (references === undefined || !(all || found.stored || found.heaviest >= references.limit)) {
      return { tree, rich, refs: [] };
    }
    const wanted = all ? () => true : (value: RichValue) => isHeavy(value, references.limit);
    return then(references.codec(), (codec) => codec.store({ tree, wanted, holders }));
  }

  #tree(leaving: Leaving, options: EncodeOptions): Encoded | Promise<Encoded> {
    const { rich, packer, references } = this.#params;
    if (leaving.rich && rich) return this.#rich(leaving, rich, options);
    const unbounded = packer === undefined && references === undefined;
    return this.#text(unbounded ? "" : JSON.stringify(leaving.tree), leaving, options);
  }

  #rich(leaving: Leaving, rich: RichCodec, options: EncodeOptions): Encoded | Promise<Encoded> {
    const { packer } = this.#params;
    const bytes = rich.encode(leaving.tree);
    const data = toBase64(bytes);
    const plain = { data, enc: rich.name };
    if (packer === undefined || data.length < packer.from) return this.#spill(plain, data, leaving, options);
    return then(packer.pack(bytes.slice(), data.length), (packed) => {
      const encoded = packed ? { data: packed.data, enc: `${rich.name}+${packed.name}` } : plain;
      return this.#spill(encoded, encoded.data, leaving, options);
    });
  }

  /** A text packed, where that makes it shorter; the value that it is the text of otherwise. */
  #text(text: string, leaving: Leaving, options: EncodeOptions): Encoded | Promise<Encoded> {
    return then(this.#params.packer?.pack(text, text.length), (packed) => {
      if (packed === undefined) return this.#spill({ data: leaving.tree }, text, leaving, options);
      const encoded = { data: packed.data, enc: `json+${packed.name}` };
      return this.#spill(encoded, packed.data, leaving, options);
    });
  }

  /** What is too long for a message goes to the store as it is, and a reference travels. */
  #spill(
    encoded: Encoded,
    text: string,
    { refs }: Leaving,
    holders: Holders,
  ): Encoded | Promise<Encoded> {
    const { references } = this.#params;
    if (references === undefined || text.length < references.limit) {
      return refs.length > 0 ? { ...encoded, refs } : encoded;
    }
    return then(references.spill(text, encoded.enc, holders), (whole) => ({ enc: "stored", refs: [...refs, whole] }));
  }
}

/** Whether a value does not belong into a message under any but the strict policy. */
function isHeavy({ content }: RichValue, limit: number): boolean {
  return content.form === "ref" || ("bytes" in content && content.bytes.length >= limit);
}

function flagsOf(flags: readonly FoundFlag[]): Pick<Encoded, "flags"> {
  if (flags.length === 0) return {};
  if (flags.length <= MOST_FLAGS) return { flags };
  const more = flags.length - MOST_FLAGS + 1;
  return { flags: [...flags.slice(0, MOST_FLAGS - 1), ["…", `${more} more`]] };
}
