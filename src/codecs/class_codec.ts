/** Codecs that let instances of a user's own classes travel. @module */

/**
 * Lets instances of a class travel, and builds them again at the other end.
 *
 * @typeParam T the instances
 * @typeParam Data what stands for one on its way: anything the serializer carries, instances of other registered
 * classes too
 */
export interface ClassCodec<T, Data> {
  /** Names the class on its way; both ends must register the same. */
  readonly name: string;
  /** Whether a value is one of this codec's. It is asked of all objects but plain ones and arrays. */
  readonly match: (value: unknown) => value is T;
  readonly encode: (value: T) => Data;
  /** Builds the instance. What it is given came over the wire: check what matters. */
  readonly decode: (data: Data) => T;
}

/** A codec with its types hidden in its functions, so that codecs of all classes stand in one list. */
interface HeldCodec {
  readonly take: (value: object) => (() => unknown) | undefined;
  readonly decode: (data: unknown) => unknown;
}

/** What a codec takes: the name that travels, and how to get what travels. */
export interface TakenInstance {
  readonly name: string;
  readonly encode: () => unknown;
}

/** The codecs of one serializer, by name. */
export class ClassCodecs {
  readonly #codecs: Map<string, HeldCodec> = new Map();

  /**
   * Registers a codec; the first that matches a value encodes it.
   *
   * @throws {TypeError} when the name is taken or empty
   */
  add<T, Data>(codec: ClassCodec<T, Data>): void {
    const { name } = codec;
    if (typeof name !== "string" || name === "" || this.#codecs.has(name)) {
      throw new TypeError(
        `Cannot register a class codec as its name must be a text that no other codec has: current value is ${
          JSON.stringify(name)
        }`,
      );
    }
    this.#codecs.set(name, hold(codec));
  }

  /** The codec's side of a value that one of them takes. */
  take(value: object): TakenInstance | undefined {
    for (const [name, codec] of this.#codecs) {
      const encode = codec.take(value);
      if (encode !== undefined) return { name, encode };
    }
    return undefined;
  }

  /** Whether a codec has this name. */
  has(name: string): boolean {
    return this.#codecs.has(name);
  }

  /** Builds an instance by the codec of this name. */
  decode(name: string, data: unknown): unknown {
    return this.#codecs.get(name)?.decode(data);
  }
}

function hold<T, Data>(codec: ClassCodec<T, Data>): HeldCodec {
  return {
    take: (value) => codec.match(value) ? () => codec.encode(value) : undefined,
    // What comes was made by `encode` of the same codec at the other end; the codec checks what it must not trust.
    decode: (data) => codec.decode(data as Data),
  };
}
