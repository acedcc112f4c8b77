// The memory map, the limits and the status words of the codec: everything in the module stands on these addresses.
//
// Nothing is ever allocated or freed piece by piece. The tables have fixed places, the input starts at INPUT, and what a
// call yields is laid out behind its input. A call grows the memory when it must; the host drops an instance that grew
// too far.

/** Where the running xxHash32 state of a stream stands while a call works on it: 48 bytes. */
export const STATE: usize = 0x40;
/** Four tables of 256 words that turn a base64 character into its six bits, already in their place. */
export const BASE64_DECODE: usize = 0x1000;
/** 4,096 pairs of base64 characters, by twelve bits. */
export const BASE64_ENCODE: usize = 0x2000;
/** The compressor's hash table: 16,384 words. */
export const HASHES: usize = 0x4000;
/** The first byte of every call's input. The compressor may look up to 65,535 bytes below it. */
export const INPUT: usize = 0x14000;

/** Copies may run this far over the end of what they copy; what they write there is never looked at. */
export const SLACK: usize = 64;

/** What a call returns instead of a length when it refuses its input. */
export const TRUNCATED: i32 = -1;
export const CORRUPT: i32 = -2;
export const CHECKSUM: i32 = -3;
export const TOO_LARGE: i32 = -4;
export const NOT_LZ4: i32 = -5;
export const UNSUPPORTED: i32 = -6;
export const NOT_BASE64: i32 = -7;

/** The next multiple of 16 that leaves at least {@link SLACK} bytes behind `end`. */
// @ts-ignore: decorator
@inline
export function after(end: usize): usize {
  return (end + SLACK + 15) & ~15;
}

/** Grows the memory until everything below `end`, and the slack behind it, exists; false if the host refuses. */
export function ensure(end: usize): bool {
  const need = <i32>((end + SLACK + 0xffff) >>> 16);
  const have = memory.size();
  return need <= have || memory.grow(need - have) >= 0;
}
