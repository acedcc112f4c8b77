/** The keys that seal and open, as users give them: in code, or as a text in an environment variable. @module */
import { fromBase64Text, toBase64 } from "../../base/base64.ts";

/** A secret that both ends know. It signs by HMAC, and encrypts. */
export interface SecretKey {
  /** Stands in each seal, so that the other end knows which key to take: letters, digits, `_` and `-`. */
  readonly id: string;
  /** At least 32 random bytes, or a text made of as many: `openssl rand -base64 32`. */
  readonly secret: string | Uint8Array;
}

/** A pair of Ed25519 keys. Who has the public one alone can open, and cannot seal. */
export interface PairKey {
  /** Stands in each seal, so that the other end knows which key to take: letters, digits, `_` and `-`. */
  readonly id: string;
  /** As base64 of its SPKI form, or a key of the platform. */
  readonly publicKey: string | CryptoKey;
  /** As base64 of its PKCS #8 form, or a key of the platform. */
  readonly privateKey?: string | CryptoKey;
}

/** A key of a ring. */
export type SealKey = SecretKey | PairKey;

/** The least length of a secret, in bytes. */
const LEAST_SECRET = 32;

const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a key is a secret. */
export function isSecret(key: SealKey): key is SecretKey {
  return "secret" in key;
}

/** The bytes of a secret. */
export function secretBytes({ secret }: SecretKey): Uint8Array<ArrayBuffer> {
  return typeof secret === "string" ? new TextEncoder().encode(secret) : new Uint8Array(secret);
}

/**
 * Refuses keys that are none; the error never shows them.
 *
 * @throws {RangeError}
 */
export function checkKeys(keys: readonly SealKey[]): readonly SealKey[] {
  if (keys.length === 0) {
    throw new RangeError("Cannot seal as keys must be given, or stand in UMBEL_SEAL_KEYS: there are none");
  }
  const seen = new Set<string>();
  for (const [index, key] of keys.entries()) {
    if (!KEY_ID.test(key.id)) throw refusal(index, "its id must be up to 64 letters, digits, _ and -");
    if (seen.has(key.id)) throw refusal(index, `its id must be its own: ${key.id} is that of another too`);
    seen.add(key.id);
    if (!isSecret(key)) continue;
    const { length } = secretBytes(key);
    if (length >= LEAST_SECRET) continue;
    throw refusal(index, `its secret must have ${LEAST_SECRET} bytes or more: current length is ${length}`);
  }
  return keys;
}

function refusal(index: number, must: string): RangeError {
  return new RangeError(`Cannot take key ${index + 1} of the key ring as ${must}`);
}

/**
 * The keys of a text such as `UMBEL_SEAL_KEYS`: `id=secret`, `id=public:<base64>` or `id=pair:<private>:<public>`, one
 * after the other with commas or spaces between.
 *
 * @throws {RangeError} when it is none; the error does not show it
 */
export function parseKeys(text: string): readonly SealKey[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== "").map(parseKey);
}

function parseKey(entry: string, index: number): SealKey {
  const end = entry.indexOf("=");
  if (end < 0) throw refusal(index, "it must have the form id=secret");
  const [id, value] = [entry.slice(0, end), entry.slice(end + 1)];
  const [form, first, second] = value.split(":");
  if (form === "public" && first) return { id, publicKey: first };
  if (form === "pair" && first && second) return { id, privateKey: first, publicKey: second };
  return { id, secret: value };
}

/** A key as a text for `UMBEL_SEAL_KEYS`. It shows the key: keep it as one keeps passwords. */
export function formatKey(key: SealKey): string {
  if (isSecret(key)) {
    return `${key.id}=${typeof key.secret === "string" ? key.secret : toBase64(key.secret)}`;
  }
  const { id, publicKey, privateKey } = key;
  if (typeof publicKey !== "string" || (privateKey !== undefined && typeof privateKey !== "string")) {
    throw new TypeError(`Cannot write key ${id} as its parts must be texts: it has keys of the platform`);
  }
  return privateKey === undefined ? `${id}=public:${publicKey}` : `${id}=pair:${privateKey}:${publicKey}`;
}

/**
 * A new secret.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createSecretKey } from "@umbel/umbel";
 *
 * const key = createSecretKey("2026-10");
 * assert.equal(key.id, "2026-10");
 * assert.equal(key.secret.length, 44);
 * ```
 */
export function createSecretKey(id: string): SecretKey & { readonly secret: string } {
  return { id, secret: toBase64(crypto.getRandomValues(new Uint8Array(LEAST_SECRET))) };
}

/** A new pair of Ed25519 keys. Give the public one to those who only open. */
export async function createPairKey(
  id: string,
): Promise<Required<PairKey> & Record<"publicKey" | "privateKey", string>> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new TypeError("Cannot make a pair of keys as the platform must know Ed25519");
  const [publicKey, privateKey] = await Promise.all([
    crypto.subtle.exportKey("spki", pair.publicKey),
    crypto.subtle.exportKey("pkcs8", pair.privateKey),
  ]);
  return { id, publicKey: toBase64(new Uint8Array(publicKey)), privateKey: toBase64(new Uint8Array(privateKey)) };
}

/** The bytes of a key given as base64; the error does not show it. */
export function keyBytes(id: string, text: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64Text(text);
  } catch {
    throw new RangeError(`Cannot take key ${id} of the key ring as its parts must be base64`);
  }
}
