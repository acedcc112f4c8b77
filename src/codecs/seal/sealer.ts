/** The sealer: what users make of keys and wishes, and give to an app. @module */
import { type Clock, systemClock } from "../../base/clock.ts";
import { type Duration, toMilliseconds } from "../../base/duration.ts";
import type { Broker } from "../../broker.ts";
import type { BlobStore } from "../../blob_store.ts";
import { openStream, sealStream } from "./blob_stream.ts";
import { KeyRing, type SealAlgorithm } from "./key_ring.ts";
import { SealedBlobStore } from "./sealed_blob_store.ts";
import { SealedBroker } from "./sealed_broker.ts";
import { parseKeys, type SealKey } from "./seal_key.ts";
import { TextSealer } from "./text_sealer.ts";

/** How an app seals. */
export interface SealOptions {
  /**
   * The key ring. The first key that can seal does; all can open. To rotate, give the new key to everybody behind the
   * old one, then put it in front, then take the old one out when nothing sealed by it is left. A text has the form of
   * the variable. @default {UMBEL_SEAL_KEYS}
   */
  readonly keys?: readonly SealKey[] | string;
  /** How new seals sign: `hmac` by a secret that both ends know, `ed25519` by a pair of keys. @default {"hmac"} */
  readonly sign?: SealAlgorithm;
  /** Which seals are accepted, for a change from one to the other. @default {[sign]} */
  readonly accept?: readonly SealAlgorithm[];
  /**
   * Whether values are encrypted too: arguments, headers, results, failures, progress and what tasks send each other.
   * Names of tasks, ids and times stay readable. It needs a secret in the ring. @default {false}
   */
  readonly encrypt?: boolean;
  /**
   * Whether what has no seal is refused. Turn it off while you bring sealing into an app that runs, until all that send
   * do seal: as long as it is off, nothing is protected from who leaves the seal out. @default {true}
   */
  readonly require?: boolean;
  /**
   * How old a message may be when it is to run, so that an old one cannot be brought back. It counts from when the
   * message was sent, was due, was tried again, or got what its predecessor sent, whichever is last. @default {Infinity}
   */
  readonly maxAge?: Duration;
  /** Tells the time, in tests. */
  readonly clock?: Clock;
}

/** Environment variables by name. */
type Env = Readonly<Record<string, string | undefined>>;

/** Seals for an app. It never shows its keys. */
export class Sealer {
  readonly #options: SealOptions;
  readonly #maxAge: number;
  #ring: KeyRing | undefined;

  /** @throws {RangeError} when an option is none */
  constructor(options: SealOptions = {}) {
    const { keys, maxAge } = options;
    this.#options = options;
    this.#maxAge = maxAge === undefined ? Infinity : toMilliseconds(maxAge, "maxAge");
    if (keys !== undefined) this.#ring = ringOf(keys);
  }

  /**
   * The broker behind the seal.
   *
   * @param env where `UMBEL_SEAL_KEYS` stands, where no keys were given
   * @throws {RangeError} when there are no keys
   */
  broker(inner: Broker, env: Env = {}): Broker {
    const { sign = "hmac", accept = [sign], encrypt = false, require = true, clock = systemClock } = this.#options;
    this.#ring ??= ringOf(env.UMBEL_SEAL_KEYS ?? "");
    const sealer = new TextSealer({ ring: this.#ring, sign, accept: new Set(accept), encrypt, require, clock });
    return new SealedBroker(inner, { sealer, maxAge: this.#maxAge, clock });
  }

  /**
   * The blob store behind the seal: blobs are encrypted as they are put, each for its key, and checked as they are read.
   *
   * @param env where `UMBEL_SEAL_KEYS` stands, where no keys were given
   * @throws {RangeError} when there are no keys
   */
  blobs(inner: BlobStore, env: Env = {}): BlobStore {
    return new SealedBlobStore(inner, this.#ring ??= ringOf(env.UMBEL_SEAL_KEYS ?? ""));
  }

  /**
   * Seals a stream of bytes: encrypted in chunks, so that it stays a stream.
   *
   * @param context what it is for, such as its name: it is opened for the same only
   */
  sealStream(context = ""): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
    return sealStream(this.#keys(), context);
  }

  /**
   * Opens a sealed stream. It fails with a {@link SealError} at the first byte that is not as it was sealed, and where
   * the end is missing.
   */
  openStream(context = ""): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
    return openStream(this.#keys(), context);
  }

  #keys(): KeyRing {
    return this.#ring ??= ringOf("");
  }
}

function ringOf(keys: readonly SealKey[] | string): KeyRing {
  return new KeyRing(typeof keys === "string" ? parseKeys(keys) : keys);
}

/**
 * What seals all that an app keeps in its broker, and refuses what is not sealed by one of these keys.
 *
 * @example
 * ```ts
 * import { createSecretKey, sealer, Umbel } from "@umbel/umbel";
 * import { memory } from "@umbel/umbel/memory";
 *
 * const seal = sealer({ keys: [createSecretKey("2026-10")], encrypt: true, maxAge: "1d" });
 * const app = new Umbel("shop", { broker: memory(), seal });
 * ```
 */
export function sealer(options: SealOptions = {}): Sealer {
  return new Sealer(options);
}
