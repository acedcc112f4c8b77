/** Base64 by the quickest means that a runtime has. @module */

/** What newer runtimes have on their byte arrays. */
interface NativeBytes {
  toBase64?(): string;
}

/** What newer runtimes have on the class. */
interface NativeClass {
  fromBase64?(text: string, options: { lastChunkHandling: "strict" }): Uint8Array<ArrayBuffer>;
}

/** What Node and its like have. */
interface BufferClass {
  from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: "base64"): string };
  from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer>;
}

const hostBuffer = (globalThis as { readonly Buffer?: BufferClass }).Buffer;
const { fromBase64 } = Uint8Array as NativeClass;

const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;

/** Bytes as base64 text, padded. */
export function toBase64(bytes: Uint8Array): string {
  const native = bytes as NativeBytes;
  if (native.toBase64) return native.toBase64();
  if (hostBuffer) return hostBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

/** As many arguments as every runtime's call stack takes. */
const CHUNK = 4_096;

/**
 * The bytes of a base64 text.
 *
 * @throws {SyntaxError} when the text is none: characters outside the alphabet, or no padding
 */
export function fromBase64Text(text: string): Uint8Array<ArrayBuffer> {
  if (fromBase64) return fromBase64.call(Uint8Array, text, { lastChunkHandling: "strict" });
  if (text.length % 4 !== 0 || !ALPHABET.test(text)) {
    throw new SyntaxError(`Cannot read base64 as it must be whole and padded: current length is ${text.length}`);
  }
  if (hostBuffer) return new Uint8Array(hostBuffer.from(text, "base64"));
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
