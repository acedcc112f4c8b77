// xxHash64: the checksum of the original bytes that travels beside the frame in the packed text.

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function round(acc: u64, word: u64): u64 {
  return rotl<u64>(acc + word * P2, 31) * P1;
}

function merge(acc: u64, lane: u64): u64 {
  return (acc ^ round(0, lane)) * P1 + P4;
}

function finish(acc: u64, at: usize, end: usize): u64 {
  while (at + 8 <= end) {
    acc = rotl<u64>(acc ^ round(0, load<u64>(at)), 27) * P1 + P4;
    at += 8;
  }
  if (at + 4 <= end) {
    acc = rotl<u64>(acc ^ <u64>load<u32>(at) * P1, 23) * P2 + P3;
    at += 4;
  }
  while (at < end) {
    acc = rotl<u64>(acc ^ <u64>load<u8>(at) * P5, 11) * P1;
    at++;
  }
  acc ^= acc >> 33;
  acc *= P2;
  acc ^= acc >> 29;
  acc *= P3;
  return acc ^ (acc >> 32);
}

/** The hash of `length` bytes at `at`. */
export function xxhash64(at: usize, length: usize, seed: u64): u64 {
  const end = at + length;
  let acc = seed + P5;
  if (length >= 32) {
    let a = seed + P1 + P2;
    let b = seed + P2;
    let c = seed;
    let d = seed - P1;
    const last = end - 32;
    do {
      a = round(a, load<u64>(at));
      b = round(b, load<u64>(at, 8));
      c = round(c, load<u64>(at, 16));
      d = round(d, load<u64>(at, 24));
      at += 32;
    } while (at <= last);
    acc = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    acc = merge(merge(merge(merge(acc, a), b), c), d);
  }
  return finish(acc + <u64>length, at, end);
}
