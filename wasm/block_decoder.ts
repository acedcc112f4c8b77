// Decodes one LZ4 block. Nothing is read behind the block's end or before the history's start as data, and nothing is
// written behind the output's end but slack that nobody looks at.

/** The block breaks the format's rules. */
export const MALFORMED: usize = 0;
/** The block yields more than it may. */
export const OVERFLOW: usize = 1;

/**
 * Decodes the block in [`at`, `end`) to `to`, at most up to `limit`; matches may reach back to `low`. Returns where the
 * output ends, or {@link MALFORMED} or {@link OVERFLOW}.
 */
export function decodeBlock(at: usize, end: usize, to: usize, limit: usize, low: usize): usize {
  while (at < end) {
    const token: usize = load<u8>(at++);
    let length = token >> 4;
    if (length == 15) {
      let more: usize;
      do {
        if (at >= end) return MALFORMED;
        more = load<u8>(at++);
        length += more;
      } while (more == 255);
    }
    if (length > end - at) return MALFORMED;
    if (length > limit - to) return OVERFLOW;
    copyApart(to, at, length);
    to += length;
    at += length;
    if (at == end) return to;

    if (end - at < 2) return MALFORMED;
    const distance: usize = load<u16>(at);
    at += 2;
    if (distance == 0 || distance > to - low) return MALFORMED;
    length = token & 15;
    if (length == 15) {
      let more: usize;
      do {
        if (at >= end) return MALFORMED;
        more = load<u8>(at++);
        length += more;
      } while (more == 255);
    }
    length += 4;
    if (length > limit - to) return OVERFLOW;
    copyMatch(to, distance, length);
    to += length;
  }
  return MALFORMED;
}

/** Copies in steps of 16 bytes what lies at least 16 bytes apart (or does not overlap), with slack. */
// @ts-ignore: decorator
@inline
function copyApart(to: usize, from: usize, length: usize): void {
  const end = to + length;
  do {
    store<u64>(to, load<u64>(from));
    store<u64>(to, load<u64>(from, 8), 8);
    to += 16;
    from += 16;
  } while (to < end);
}

/** Copies a match, which may overlap what it yields: then it repeats. */
// @ts-ignore: decorator
@inline
function copyMatch(to: usize, distance: usize, length: usize): void {
  if (distance >= 16) copyApart(to, to - distance, length);
  else repeat(to, distance, length);
}

/** A short distance is a period: write byte by byte until a multiple of it spans a word, then go word by word. */
function repeat(to: usize, distance: usize, length: usize): void {
  const end = to + length;
  let span = distance;
  while (span < 8) {
    for (let i: usize = 0; i < distance && to < end; i++) {
      store<u8>(to, load<u8>(to - distance));
      to++;
    }
    span += distance;
  }
  while (to < end) {
    store<u64>(to, load<u64>(to - span));
    to += 8;
  }
}
