/** A stream of bytes to one LZ4 frame, block by block: the bytes that one call would yield, if the size is known. */

import type { ByteSource } from "./byte_source.ts";
import type { Bytes, Engine } from "./engine.ts";
import { blockSizeFor, writeHeader } from "./frame_format.ts";

/** Yields the header, the blocks and the end of the frame. Holds one block at a time. */
export async function* encodeFrame(
  source: ByteSource,
  engine: Engine,
  size: number | undefined,
): AsyncGenerator<Bytes> {
  yield writeHeader(size, true);
  const hash = engine.startHash();
  const blockSize = blockSizeFor(size);
  let total = 0;
  for (let block = await source.upTo(blockSize); block.length > 0; block = await source.upTo(blockSize)) {
    total += block.length;
    yield engine.encodeBlock(hash, block);
  }
  if (size !== undefined && total !== size) {
    throw new RangeError(`Cannot end the frame as its content must be ${size} bytes: current value is ${total}`);
  }
  // The end mark, then the checksum of the content.
  const end = new Uint8Array(8);
  new DataView(end.buffer).setUint32(4, engine.finishHash(hash), true);
  yield end;
}
