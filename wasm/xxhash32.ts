// xxHash32: the checksum the LZ4 frame format prescribes for headers, blocks and content; at once, or over a stream.

const P1: u32 = 0x9e3779b1;
const P2: u32 = 0x85ebca77;
const P3: u32 = 0xc2b2ae3d;
const P4: u32 = 0x27d4eb2f;
const P5: u32 = 0x165667b1;

// @ts-ignore: decorator
@inline
function round(acc: u32, word: u32): u32 {
  return rotl<u32>(acc + word * P2, 13) * P1;
}

/** Mixes the last, fewer than 16, bytes into `acc` and spreads every bit over the whole word. */
function finish(acc: u32, at: usize, end: usize): u32 {
  while (at + 4 <= end) {
    acc = rotl<u32>(acc + load<u32>(at) * P3, 17) * P4;
    at += 4;
  }
  while (at < end) {
    acc = rotl<u32>(acc + <u32>load<u8>(at) * P5, 11) * P1;
    at++;
  }
  acc ^= acc >> 15;
  acc *= P2;
  acc ^= acc >> 13;
  acc *= P3;
  return acc ^ (acc >> 16);
}

/** The hash of `length` bytes at `at`. */
export function xxhash32(at: usize, length: usize, seed: u32): u32 {
  const end = at + length;
  let acc = seed + P5;
  if (length >= 16) {
    let a = seed + P1 + P2;
    let b = seed + P2;
    let c = seed;
    let d = seed - P1;
    const last = end - 16;
    do {
      a = round(a, load<u32>(at));
      b = round(b, load<u32>(at, 4));
      c = round(c, load<u32>(at, 8));
      d = round(d, load<u32>(at, 12));
      at += 16;
    } while (at <= last);
    acc = rotl<u32>(a, 1) + rotl<u32>(b, 7) + rotl<u32>(c, 12) + rotl<u32>(d, 18);
  }
  return finish(acc + <u32>length, at, end);
}

// A running state is 48 bytes: four lanes, the low word of the total length, whether a lane was ever used, how many bytes
// wait for their round (under 16), a word of padding, and those bytes.
const TOTAL: usize = 16;
const LONG: usize = 20;
const WAITING: usize = 24;
const TAIL: usize = 32;

/** Starts a running hash with seed 0. */
export function reset32(state: usize): void {
  store<u32>(state, P1 + P2);
  store<u32>(state, P2, 4);
  store<u32>(state, 0, 8);
  store<u32>(state, 0 - P1, 12);
  store<u64>(state, 0, TOTAL);
  store<u64>(state, 0, WAITING);
}

function rounds(state: usize, at: usize, last: usize): usize {
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  while (at <= last) {
    a = round(a, load<u32>(at));
    b = round(b, load<u32>(at, 4));
    c = round(c, load<u32>(at, 8));
    d = round(d, load<u32>(at, 12));
    at += 16;
  }
  store<u32>(state, a);
  store<u32>(state, b, 4);
  store<u32>(state, c, 8);
  store<u32>(state, d, 12);
  store<u32>(state, 1, LONG);
  return at;
}

/** Adds `length` bytes at `at` to a running hash. */
export function update32(state: usize, at: usize, length: usize): void {
  const end = at + length;
  const waiting: usize = load<u32>(state, WAITING);
  store<u32>(state, load<u32>(state, TOTAL) + <u32>length, TOTAL);
  if (waiting + length < 16) {
    memory.copy(state + TAIL + waiting, at, length);
    store<u32>(state, <u32>(waiting + length), WAITING);
    return;
  }
  if (waiting > 0) {
    memory.copy(state + TAIL + waiting, at, 16 - waiting);
    rounds(state, state + TAIL, state + TAIL);
    at += 16 - waiting;
  }
  if (end - at >= 16) at = rounds(state, at, end - 16);
  memory.copy(state + TAIL, at, end - at);
  store<u32>(state, <u32>(end - at), WAITING);
}

/** The hash of all that was added. */
export function digest32(state: usize): u32 {
  let acc = load<u32>(state, 8) + P5;
  if (load<u32>(state, LONG)) {
    acc = rotl<u32>(load<u32>(state), 1) + rotl<u32>(load<u32>(state, 4), 7) +
      rotl<u32>(load<u32>(state, 8), 12) + rotl<u32>(load<u32>(state, 12), 18);
  }
  return finish(acc + load<u32>(state, TOTAL), state + TAIL, state + TAIL + load<u32>(state, WAITING));
}
