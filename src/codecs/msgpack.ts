/** The door to msgpackr: trees of plain MessagePack to bytes and back. @module */
// The subpath leaves out the native add-on, which the main one loads on Node and Bun: one behaviour on every runtime.
import { Packr } from "msgpackr/pack";
import { DecodeError } from "./decode_error.ts";
import { checkMessagePack } from "./msgpack_check.ts";

/** Keys stand in every map, so no table of them is shared; short lengths are written short, so bytes are the same everywhere. */
const packr = new Packr({ useRecords: false, variableMapSize: true, useToJSON: false });

/** The MessagePack of a tree. The bytes are the caller's own only until the next call. */
export function packTree(tree: unknown): Uint8Array {
  return packr.pack(tree);
}

/**
 * The tree of MessagePack bytes from anybody.
 *
 * @throws {DecodeError}
 */
export function unpackTree(bytes: Uint8Array): unknown {
  checkMessagePack(bytes);
  try {
    // On a view of no subclass the decoder gives such views for bytes too, where a Buffer would give Buffers.
    return packr.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    throw new DecodeError("Cannot decode MessagePack as the decoder must accept it");
  }
}
