/** The ways from a value to text that travels in JSON, and back: what a user would otherwise pick, and the codec. */

import { Packr } from "msgpackr/pack";
import { msgpackCodec } from "../src/codecs/msgpack_codec.ts";
import { lz4, pack, unpack } from "../src/codecs/wasm/mod.ts";
import { createSerializer } from "../src/serializer.ts";

/** One way, and whether its two halves are asynchronous. */
export interface Path {
  readonly name: string;
  readonly isAsync?: boolean;
  readonly encode: (value: unknown) => string | Promise<string>;
  readonly decode: (text: string) => unknown;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** A file in a message. */
export interface MixedFile {
  readonly name: string;
  readonly taken: Date;
  readonly bytes: Bytes;
}

/** A message that JSON cannot carry as it is: orders, and files with their times. */
export interface Mixed {
  readonly orders: unknown;
  readonly files: readonly MixedFile[];
}

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

/** superjson, which writes what JSON cannot carry beside the JSON, if it is installed. */
async function superjsonPath(): Promise<Path[]> {
  try {
    const { default: superjson } = await import("superjson");
    return [{
      name: "superjson",
      encode: (value) => superjson.stringify(value),
      decode: (text) => superjson.parse(text),
    }];
  } catch {
    console.log("superjson is not installed, so it is left out: cd bench && npm install");
    return [];
  }
}

/** All that Umbel does with a value, to the text that stands in a message. Nothing leaves for a blob store here. */
function umbelPath(): Path {
  const serializer = createSerializer({ rich: msgpackCodec, pack: lz4 });
  return {
    name: "Umbel",
    encode: (value) => {
      const encoded = serializer.encode(value);
      return encoded instanceof Promise ? encoded.then((it) => JSON.stringify(it)) : JSON.stringify(encoded);
    },
    decode: (text) => serializer.decode(JSON.parse(text)),
  };
}

const [deflate, superjson]: [Promise<Path[]>, Promise<Path[]>] = [deflatePath(), superjsonPath()];

/** The ways from a plain value to text. Umbel's comes last. */
export async function valuePaths(): Promise<Path[]> {
  return [
    jsonPath,
    msgpackPath(),
    ...await superjson,
    behindJson(gzipPath),
    ...(await deflate).map(behindJson),
    umbelPath(),
  ];
}

/** The ways from a message with files to text: without Umbel, one turns the bytes to base64 and the dates to text first. */
export async function mixedPaths(): Promise<Path[]> {
  return [
    byHand(jsonPath),
    msgpackPath(),
    ...await superjson,
    byHand(behindJson(gzipPath)),
    ...(await deflate).map(behindJson).map(byHand),
    umbelPath(),
  ];
}

/** The ways from text to text: the same without JSON. `pack()` comes last. */
export async function textPaths(): Promise<Path[]> {
  return [gzipPath, ...await deflate, packPath];
}

/** A message with files, as a way that knows JSON only takes it, and back. */
function byHand(path: Path): Path {
  const back = (value: unknown): Mixed => {
    const { files, ...rest } = value as Omit<Mixed, "files"> & { readonly files: readonly WrittenFile[] };
    return {
      ...rest,
      files: files.map((file) => ({ ...file, taken: new Date(file.taken), bytes: fromBase64(file.bytes) })),
    };
  };
  return {
    name: `by hand, ${path.name}`,
    ...(path.isAsync ? { isAsync: true } : {}),
    encode: (value) => {
      const { files, ...rest } = value as Mixed;
      const written = files.map((file) => ({
        ...file,
        taken: file.taken.toISOString(),
        bytes: toBase64(file.bytes),
      }));
      return path.encode({ ...rest, files: written });
    },
    decode: path.isAsync ? async (text) => back(await path.decode(text)) : (text) => back(path.decode(text)),
  };
}

type WrittenFile = Omit<MixedFile, "taken" | "bytes"> & { readonly taken: string; readonly bytes: string };
