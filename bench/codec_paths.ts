/** The ways from a value to text that travels in JSON, and back: what a user would otherwise pick, and the codec. */

import { Packr } from "msgpackr/pack";
import { pack, unpack } from "../src/codecs/wasm/mod.ts";

/** One way, and whether its two halves are asynchronous. */
export interface Path {
  readonly name: string;
  readonly isAsync?: boolean;
  readonly encode: (value: unknown) => string | Promise<string>;
  readonly decode: (text: string) => unknown;
}

type Bytes = Uint8Array<ArrayBuffer>;

const LIMITS = { maxBytes: 1 << 24 };
const hasNativeBase64 = "toBase64" in Uint8Array.prototype;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function toBase64(bytes: Bytes): string {
  if (hasNativeBase64) return bytes.toBase64();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    "base64",
  );
}

function fromBase64(text: string): Bytes {
  return hasNativeBase64 ? Uint8Array.fromBase64(text) : new Uint8Array(Buffer.from(text, "base64"));
}

/** Reads while it writes, since the stream holds little. */
async function through(
  bytes: Bytes,
  step: CompressionStream | DecompressionStream,
): Promise<ArrayBuffer> {
  const writer = step.writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const [result] = await Promise.all([
    new Response(step.readable).arrayBuffer(),
    written,
  ]);
  return result;
}

async function gzip(text: string): Promise<string> {
  return toBase64(
    new Uint8Array(
      await through(encoder.encode(text), new CompressionStream("gzip")),
    ),
  );
}

async function gunzip(text: string): Promise<string> {
  return decoder.decode(
    await through(fromBase64(text), new DecompressionStream("gzip")),
  );
}

/** `JSON` in front of a way from text to text. */
function behindJson(path: Path): Path {
  return {
    name: `JSON + ${path.name}`,
    ...(path.isAsync ? { isAsync: true } : {}),
    encode: (value) => path.encode(JSON.stringify(value)),
    decode: path.isAsync
      ? async (text) => JSON.parse(String(await path.decode(text)))
      : (text) => JSON.parse(String(path.decode(text))),
  };
}

const gzipPath: Path = {
  name: "CompressionStream gzip + base64",
  isAsync: true,
  encode: (text) => gzip(String(text)),
  decode: gunzip,
};

const packPath: Path = {
  name: "pack()",
  encode: (text) => pack(String(text)),
  decode: (text) => unpack(text, LIMITS),
};

/** Deflate in JavaScript, if the package is installed (`cd bench && npm install`). */
async function deflatePath(): Promise<Path[]> {
  try {
    const { deflateSync, inflateSync } = await import("fflate");
    return [{
      name: "fflate deflate + base64",
      encode: (text) => toBase64(deflateSync(encoder.encode(String(text)))),
      decode: (text) => decoder.decode(inflateSync(fromBase64(text))),
    }];
  } catch {
    console.log(
      "fflate is not installed, so deflate in JavaScript is left out: cd bench && npm install",
    );
    return [];
  }
}

function msgpackPath(): Path {
  const packr = new Packr({ useRecords: false });
  return {
    name: "msgpackr + base64",
    encode: (value) => toBase64(new Uint8Array(packr.pack(value))),
    decode: (text) => packr.unpack(fromBase64(text)),
  };
}

const jsonPath: Path = {
  name: "JSON alone",
  encode: (value) => JSON.stringify(value),
  decode: (text) => JSON.parse(text),
};

const deflate: Promise<Path[]> = deflatePath();

/** The ways from a value to text. `JSON + pack()` comes last. */
export async function valuePaths(): Promise<Path[]> {
  return [
    jsonPath,
    msgpackPath(),
    behindJson(gzipPath),
    ...(await deflate).map(behindJson),
    behindJson(packPath),
  ];
}

/** The ways from text to text: the same without JSON. `pack()` comes last. */
export async function textPaths(): Promise<Path[]> {
  return [gzipPath, ...await deflate, packPath];
}
