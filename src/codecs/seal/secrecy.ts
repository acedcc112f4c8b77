/** Encrypts what of a text tells of its values, and leaves in the clear what people need to see of a queue. @module */
import { fromBase64Text, toBase64 } from "../../base/base64.ts";
import { isPlainObject, parseJson } from "../../base/json.ts";
import type { KeyRing } from "./key_ring.ts";
import { type SealedThing, SealError } from "./seal_error.ts";

/** The name of the encryption in `enc`. */
export const AES_GCM = "aes-gcm";

const NONCE = 12;

const MESSAGE_FIELDS = [
  ...["v", "task", "attempt", "retries", "eta", "limits", "root", "flow", "parent", "group", "next", "fail", "gate"],
  ...["ignore", "immutable", "relay", "origin"],
];

const RESULT_FIELDS = [
  ...["state", "task", "worker", "queue", "attempt", "started", "ended", "root", "parent", "group", "children"],
];

/** What stays readable. Whatever is not named here is encrypted, so a new field is a secret until somebody says no. */
const CLEAR: Readonly<Record<SealedThing, ReadonlySet<string>>> = {
  message: new Set(MESSAGE_FIELDS),
  result: new Set(RESULT_FIELDS),
  note: new Set(RESULT_FIELDS),
  input: new Set(),
  arrival: new Set(),
  blob: new Set(),
};

/** The text of an object with all encrypted that tells of values; the same text where nothing does. */
export async function encrypt(text: string, thing: SealedThing, id: string, ring: KeyRing): Promise<string> {
  const parsed = parseJson(text);
  if (!isPlainObject(parsed)) throw new TypeError("Cannot encrypt a text as it must be a JSON object");
  const entries = Object.entries(parsed);
  const clear = entries.filter(([key]) => CLEAR[thing].has(key));
  if (clear.length === entries.length) return text;
  const secret = Object.fromEntries(entries.filter(([key]) => !CLEAR[thing].has(key)));
  const { id: keyId, key } = await ring.encrypting();
  const iv = crypto.getRandomValues(new Uint8Array(NONCE));
  const plain = new TextEncoder().encode(JSON.stringify(secret));
  const hidden = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(thing, id) }, key, plain);
  const bytes = new Uint8Array(NONCE + hidden.byteLength);
  bytes.set(iv);
  bytes.set(new Uint8Array(hidden), NONCE);
  return JSON.stringify({ ...Object.fromEntries(clear), data: `${keyId}.${toBase64(bytes)}`, enc: AES_GCM });
}

/**
 * The text that {@link encrypt} was given, but for the order of its fields; a text that is not encrypted as it is.
 *
 * @throws {SealError}
 */
export async function decrypt(text: string, thing: SealedThing, id: string, ring: KeyRing): Promise<string> {
  if (!text.includes(`"enc":"${AES_GCM}"`)) return text;
  const parsed = parseJson(text);
  if (!isPlainObject(parsed) || parsed.enc !== AES_GCM || typeof parsed.data !== "string") return text;
  const { data: _data, enc: _enc, ...clear } = parsed;
  const cut = parsed.data.indexOf(".");
  const key = await ring.decrypting(parsed.data.slice(0, cut));
  if (key === undefined) throw new SealError(thing, id, "unknown key");
  const secret = await decrypted(parsed.data.slice(cut + 1), key, bound(thing, id));
  if (secret === undefined) throw new SealError(thing, id, "altered");
  return JSON.stringify({ ...clear, ...secret });
}

async function decrypted(
  text: string,
  key: CryptoKey,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Record<string, unknown> | undefined> {
  try {
    const bytes = fromBase64Text(text);
    const iv = bytes.subarray(0, NONCE);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, bytes.subarray(NONCE));
    const secret = parseJson(new TextDecoder().decode(plain));
    return isPlainObject(secret) ? secret : undefined;
  } catch {
    return undefined;
  }
}

function bound(thing: SealedThing, id: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(["umbel aes 1", thing, id]));
}
