/** A bounds-checked little-endian view of bytes: what the twin reads through. */

/** A `DataView` of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
