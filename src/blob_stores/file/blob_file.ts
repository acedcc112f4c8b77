/**
 * One blob as a file: its content from the first byte on, so that any program can open it, then what is known of it as
 * JSON, the length of that in four bytes, and four bytes that say what this is.
 *
 * @module
 */
import type { BlobMeta } from "../../blob_store.ts";
import type { Chunk } from "../../base/byte_streams.ts";
import { OpenFile } from "./open_file.ts";

/** What ends every blob file: "UMB1". */
const MARK = 0x554d4231;

/** The length of the JSON, and the mark. */
const TAIL = 8;

/** A longer JSON would be damage. */
const LONGEST_JSON = 65_536;

/** What a read from the file takes. */
const READ = 65_536;

/** What stands at the end of a blob file. */
export interface BlobEnd {
  readonly size: number;
  readonly created: number;
  readonly type?: string | undefined;
}

/** Writes a blob to a new file, and what is known of it behind. Gives its size. */
export async function writeBlob(
  path: string,
  chunks: AsyncIterable<Chunk>,
  meta: BlobMeta,
  created: number,
): Promise<number> {
  const file = await OpenFile.open(path, "wx");
  try {
    let size = 0;
    for await (const chunk of chunks) {
      await file.write(chunk, size);
      size += chunk.length;
    }
    await file.write(encodeEnd({ size, created, type: meta.type }), size);
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

function encodeEnd(end: BlobEnd): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(end));
  const bytes = new Uint8Array(json.length + TAIL);
  bytes.set(json);
  const view = new DataView(bytes.buffer, json.length);
  view.setUint32(0, json.length);
  view.setUint32(4, MARK);
  return bytes;
}

/** What stands at the end of an open blob file; undefined when it is none. */
export async function readEnd(file: OpenFile): Promise<BlobEnd | undefined> {
  const length = await file.size();
  const tail = await file.read(length - TAIL, TAIL);
  if (tail.length < TAIL) return undefined;
  const view = new DataView(tail.buffer);
  const json = view.getUint32(0);
  if (view.getUint32(4) !== MARK || json > LONGEST_JSON || json + TAIL > length) return undefined;
  const end = parseEnd(await file.read(length - TAIL - json, json));
  return end?.size === length - TAIL - json ? end : undefined;
}

function parseEnd(bytes: Uint8Array): BlobEnd | undefined {
  try {
    const { size, created, type } = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof size !== "number" || typeof created !== "number") return undefined;
    return { size, created, ...(typeof type === "string" && { type }) };
  } catch {
    return undefined;
  }
}

/** The bytes of a part of an open file. */
export async function* readPart(file: OpenFile, start: number, end: number): AsyncGenerator<Chunk, void, undefined> {
  for (let at = start; at < end;) {
    const chunk = await file.read(at, Math.min(READ, end - at));
    if (chunk.length === 0) throw new Error("Cannot read a blob as its file must be whole: it ends early");
    at += chunk.length;
    yield chunk;
  }
}
