/**
 * The form of a sealed blob: a header, then chunks that are each encrypted by AES-256-GCM.
 *
 *     "UMS1" (4) · length of the key's id (1) · the key's id, filled up with zeros (64) · salt (16) · prefix (8) · chunks
 *
 * The salt makes the key of this one blob, so the nonce of a chunk, the prefix and its number, is never used twice. Each
 * chunk is bound to the header, to what the blob is for, and to whether it is the last, so a stream that is cut, put in
 * another order or mixed with another is found out at the first chunk that is wrong.
 *
 * @module
 */
import type { KeyRing } from "./key_ring.ts";
import { SealError } from "./seal_error.ts";

/** The bytes of content in a chunk; the last one may have fewer. */
export const CHUNK = 65_536;

/** The bytes that the encryption of a chunk adds. */
export const TAG = 16;

const MAGIC = [0x55, 0x4d, 0x53, 0x31];
const SALT = 16;
const PREFIX = 8;

const ID_FROM = MAGIC.length + 1;
const SALT_FROM = ID_FROM + 64;

/** The bytes of a header: always as many, so that the length of a sealed blob tells that of its content. */
export const HEADER: number = SALT_FROM + SALT + PREFIX;

/** The bytes of a whole chunk as it is stored. */
export const SEALED_CHUNK: number = CHUNK + TAG;

/** The length of the content of a sealed blob of this length. */
export function contentSize(sealed: number): number {
  const chunks = sealed - HEADER;
  return Math.max(0, chunks - Math.ceil(chunks / SEALED_CHUNK) * TAG);
}

/** The key of one blob, and what its chunks are bound to. */
export interface BlobSeal {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly key: CryptoKey;
  /** What the chunk of a number is encrypted with. */
  params(chunk: number, isLast: boolean): AesGcmParams;
}

/** The seal of a new blob. */
export async function newBlobSeal(ring: KeyRing, context: string): Promise<BlobSeal> {
  const id = new TextEncoder().encode(ring.blobKeyId());
  const header = new Uint8Array(HEADER);
  header.set([...MAGIC, id.length, ...id]);
  crypto.getRandomValues(header.subarray(SALT_FROM));
  return await readBlobSeal(header, ring, context);
}

/**
 * The seal of a blob by its header.
 *
 * @throws {SealError}
 */
export async function readBlobSeal(
  header: Uint8Array<ArrayBuffer>,
  ring: KeyRing,
  context: string,
): Promise<BlobSeal> {
  const isHeader = header.length === HEADER && MAGIC.every((byte, index) => header[index] === byte);
  if (!isHeader) throw new SealError("blob", context, "unsealed");
  const id = new TextDecoder().decode(header.subarray(ID_FROM, ID_FROM + (header[MAGIC.length] ?? 0)));
  const key = await ring.blobKey(id, header.slice(SALT_FROM, SALT_FROM + SALT));
  if (key === undefined) throw new SealError("blob", context, "unknown key");
  const bound = boundBytes(header, context);
  return { header, key, params: (chunk, isLast) => paramsOf(header, bound, chunk, isLast) };
}

function boundBytes(header: Uint8Array, context: string): Uint8Array<ArrayBuffer> {
  const place = new TextEncoder().encode(context);
  const bound = new Uint8Array(1 + header.length + place.length);
  bound.set(header, 1);
  bound.set(place, 1 + header.length);
  return bound;
}

function paramsOf(header: Uint8Array, bound: Uint8Array<ArrayBuffer>, chunk: number, isLast: boolean): AesGcmParams {
  const iv = new Uint8Array(PREFIX + 4);
  iv.set(header.subarray(-PREFIX));
  new DataView(iv.buffer).setUint32(PREFIX, chunk);
  const additionalData = bound.slice();
  additionalData[0] = isLast ? 1 : 0;
  return { name: "AES-GCM", iv, additionalData };
}
