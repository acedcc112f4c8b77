/** The key ring: one key to seal with, many to open with. @module */
import { checkKeys, isSecret, keyBytes, type PairKey, type SealKey, secretBytes } from "./seal_key.ts";

/** How a seal signs: HMAC-SHA-256 by a secret, or Ed25519 by a pair of keys. */
export type SealAlgorithm = "hmac" | "ed25519";

/** A key of the platform, and the id of the key it was made of. */
export interface NamedKey {
  readonly id: string;
  readonly key: CryptoKey;
}

/** What a subkey of a secret is for. No two uses ever share one. */
type Purpose = "sign" | "encrypt" | "blob";

/**
 * Keys by their ids. The first that can seal does; all can open, so a key is rotated by putting a new one in front, and
 * taking the old one out when nothing sealed by it is left.
 *
 * A secret is never used itself: HKDF-SHA-256 derives a subkey of it for each use.
 */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, SealKey>;
  readonly #made: Map<string, Promise<CryptoKey>> = new Map();

  /** @throws {RangeError} when a key is none */
  constructor(keys: readonly SealKey[]) {
    this.#keys = new Map(checkKeys(keys).map((key) => [key.id, key]));
  }

  /**
   * The key to sign with.
   *
   * @throws {RangeError} when no key of the ring can
   */
  async signing(algorithm: SealAlgorithm): Promise<NamedKey> {
    const isHmac = algorithm === "hmac";
    const found = this.#first((key) => isHmac ? isSecret(key) : !isSecret(key) && key.privateKey !== undefined);
    if (found === undefined) {
      throw new RangeError(
        `Cannot seal by ${algorithm} as the key ring must hold ${isHmac ? "a secret" : "a pair with its private key"}`,
      );
    }
    return { id: found.id, key: await (isHmac ? this.#subkey(found, "sign") : this.#half(found, "privateKey")) };
  }

  /** The key to check a signature with; undefined where the ring has none of that id for that algorithm. */
  async verifying(algorithm: SealAlgorithm, id: string): Promise<CryptoKey | undefined> {
    const key = this.#keys.get(id);
    if (key === undefined || isSecret(key) !== (algorithm === "hmac")) return undefined;
    return await (isSecret(key) ? this.#subkey(key, "sign") : this.#half(key, "publicKey"));
  }

  /**
   * The key to encrypt with.
   *
   * @throws {RangeError} when no key of the ring can
   */
  async encrypting(): Promise<NamedKey> {
    const found = this.#secret();
    return { id: found.id, key: await this.#subkey(found, "encrypt") };
  }

  /** The key to decrypt with; undefined where the ring has no secret of that id. */
  async decrypting(id: string): Promise<CryptoKey | undefined> {
    const key = this.#keys.get(id);
    return key && isSecret(key) ? await this.#subkey(key, "encrypt") : undefined;
  }

  /**
   * The id of the secret that blobs are sealed with.
   *
   * @throws {RangeError} when the ring has no secret
   */
  blobKeyId(): string {
    return this.#secret().id;
  }

  /** The key of one blob, by a random salt of its own; undefined where the ring has no secret of that id. */
  async blobKey(id: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey | undefined> {
    const key = this.#keys.get(id);
    if (key === undefined || !isSecret(key)) return undefined;
    return await derive(secretBytes(key), salt, "blob");
  }

  #first(fits: (key: SealKey) => boolean): SealKey | undefined {
    return [...this.#keys.values()].find(fits);
  }

  #secret(): SealKey {
    const found = this.#first(isSecret);
    if (found) return found;
    throw new RangeError("Cannot encrypt as the key ring must hold a secret: it has pairs of keys only");
  }

  #subkey(key: SealKey, purpose: "sign" | "encrypt"): Promise<CryptoKey> {
    return this.#once(`${key.id} ${purpose}`, () => {
      if (isSecret(key)) return derive(secretBytes(key), new Uint8Array(0), purpose);
      throw new RangeError(`Cannot use key ${key.id} to ${purpose} as it must be a secret`);
    });
  }

  #half(key: SealKey, half: "publicKey" | "privateKey"): Promise<CryptoKey> {
    return this.#once(`${key.id} ${half}`, async () => isSecret(key) ? noPair(key.id) : await importHalf(key, half));
  }

  #once(name: string, make: () => Promise<CryptoKey>): Promise<CryptoKey> {
    const made = this.#made.get(name) ?? make();
    this.#made.set(name, made);
    return made;
  }
}

function noPair(id: string): never {
  throw new RangeError(`Cannot sign by key ${id} as it must be a pair of Ed25519 keys`);
}

async function importHalf(key: PairKey, half: "publicKey" | "privateKey"): Promise<CryptoKey> {
  const given = key[half];
  if (given === undefined) return noPair(key.id);
  if (typeof given !== "string") return given;
  const [form, use] = half === "publicKey" ? ["spki", "verify"] as const : ["pkcs8", "sign"] as const;
  const bytes = keyBytes(key.id, given);
  try {
    return await crypto.subtle.importKey(form, bytes, "Ed25519", false, [use]);
  } catch {
    // No cause: a platform's own error may show what it was given.
    throw new RangeError(
      `Cannot take key ${key.id} of the key ring as its ${half} must be Ed25519 in its ${form} form`,
    );
  }
}

async function derive(
  secret: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  purpose: Purpose,
): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const info = new TextEncoder().encode(`umbel seal 1 ${purpose}`);
  const bits = await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, base, 256);
  return purpose === "sign"
    ? await crypto.subtle.importKey("raw", bits, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"])
    : await crypto.subtle.importKey("raw", bits, "AES-GCM", false, ["encrypt", "decrypt"]);
}
