/** The codec in WebAssembly: copies inputs into linear memory, makes one call, and copies the output out. */

import { CodecError, type CodecErrorReason } from "./codec_error.ts";
import { type Bytes, checkContentSize, type Engine, type HashState, MAX_CONTENT } from "./engine.ts";
import { decodeAscii, decodeText, encoder } from "./text.ts";
import { isKernel, type Kernel } from "./kernel.ts";

/** An instance whose memory grew beyond this is dropped after the call, as linear memory never shrinks: 16 MiB. */
const KEEP_BYTES = 16 * 1024 * 1024;

/** The status words of `wasm/layout.ts`, by their negative. */
const REASONS: readonly CodecErrorReason[] = [
  "corrupt",
  "truncated",
  "corrupt",
  "checksum",
  "too-large",
  "not-lz4",
  "unsupported",
  "not-base64",
];

/** The engine around a compiled module. Every call is synchronous and leaves nothing behind but the instance. */
export class WasmEngine implements Engine {
  readonly implementation = "wasm";
  readonly #module: WebAssembly.Module;
  #open: OpenKernel | undefined;

  /** Instantiates the module; throws if it is not the codec. */
  constructor(module: WebAssembly.Module) {
    this.#module = module;
    this.#open = new OpenKernel(module);
  }

  packText(text: string): string {
    return this.#use((open) => open.output(open.kernel.pack(open.write(text)), decodeAscii));
  }

  packBytes(bytes: Uint8Array): string {
    return this.#use((open) => open.output(open.kernel.pack(open.copy(bytes)), decodeAscii));
  }

  unpackText(packed: string, maxBytes: number): string {
    return this.#use((open) => open.output(open.kernel.unpack(open.writeAscii(packed), maxBytes), decodeText));
  }

  unpackBytes(packed: string, maxBytes: number): Bytes {
    return this.#use((open) => open.output(open.kernel.unpack(open.writeAscii(packed), maxBytes), copyOf));
  }

  compress(bytes: Uint8Array): Bytes {
    return this.#use((open) => open.output(open.kernel.compress(open.copy(bytes)), copyOf));
  }

  decompress(frames: Uint8Array, maxBytes: number): Bytes {
    return this.#use((open) => open.output(open.kernel.decompress(open.copy(frames), maxBytes), copyOf));
  }

  xxhash32(bytes: Uint8Array, seed: number): number {
    return this.#use((open) => open.kernel.xxhash32(open.copy(bytes), seed) >>> 0);
  }

  xxhash64(bytes: Uint8Array, seed: bigint): bigint {
    return this.#use((open) => BigInt.asUintN(64, open.kernel.xxhash64(open.copy(bytes), seed)));
  }

  startHash(): HashState {
    return this.#use((open) => {
      open.kernel.startHash();
      return open.saveState(new Uint8Array(48));
    });
  }

  updateHash(state: HashState, bytes: Uint8Array): void {
    this.#use((open) => {
      open.loadState(state);
      open.kernel.updateHash(open.copy(bytes));
      open.saveState(state);
    });
  }

  finishHash(state: HashState): number {
    return this.#use((open) => {
      open.loadState(state);
      return open.kernel.finishHash() >>> 0;
    });
  }

  encodeBlock(state: HashState, content: Uint8Array): Bytes {
    return this.#use((open) => {
      open.loadState(state);
      const block = open.output(open.kernel.encodeStreamBlock(open.copy(content)), copyOf);
      open.saveState(state);
      return block;
    });
  }

  decodeBlock(state: HashState, block: Uint8Array, history: Uint8Array, most: number): Bytes {
    return this.#use((open) => {
      open.loadState(state);
      const length = open.copyWithHistory(block, history);
      const content = open.output(open.kernel.decodeStreamBlock(length, history.length, most), copyOf);
      open.saveState(state);
      return content;
    });
  }

  #use<T>(call: (open: OpenKernel) => T): T {
    const open = this.#open ??= new OpenKernel(this.#module);
    try {
      return call(open);
    } finally {
      if (open.kernel.memory.buffer.byteLength > KEEP_BYTES) this.#open = undefined;
    }
  }
}

function copyOf(view: Uint8Array): Bytes {
  return new Uint8Array(view);
}

/** An instance and the views onto its memory, which growth replaces. */
class OpenKernel {
  readonly kernel: Kernel;
  readonly #inputAt: number;
  readonly #stateAt: number;
  #input: Bytes = new Uint8Array(0);

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module);
    if (!isKernel(exports)) throw new TypeError("Cannot use the module as it must be the codec: exports are missing");
    this.kernel = exports;
    this.#inputAt = exports.input();
    this.#stateAt = exports.state();
  }

  /** The memory from the input on, at least `length` bytes of it. */
  reserve(length: number): Bytes {
    if (!this.kernel.reserve(length)) throw new CodecError("too-large");
    return this.#memory();
  }

  #memory(): Bytes {
    const { buffer } = this.kernel.memory;
    if (this.#input.buffer !== buffer) this.#input = new Uint8Array(buffer, this.#inputAt);
    return this.#input;
  }

  /** Writes text as UTF-8 and returns its length. Text is nearly always ASCII, so the room for more comes only if needed. */
  write(text: string): number {
    checkContentSize(text.length);
    const { read, written } = encoder.encodeInto(text, this.reserve(text.length));
    if (read === text.length) {
      checkContentSize(written);
      return written;
    }
    const rest = text.slice(read);
    const room = Math.min(written + 3 * rest.length, MAX_CONTENT + 4);
    const second = encoder.encodeInto(rest, this.reserve(room).subarray(written));
    checkContentSize(second.read === rest.length ? written + second.written : MAX_CONTENT + 1);
    return written + second.written;
  }

  /** Writes text that must be ASCII. */
  writeAscii(text: string): number {
    if (text.length === 0 || text.length % 4 !== 0) throw new CodecError("truncated");
    const { read, written } = encoder.encodeInto(text, this.reserve(text.length));
    if (read !== text.length || written !== text.length) throw new CodecError("not-base64");
    return written;
  }

  /** Copies bytes to the input and returns their number. */
  copy(bytes: Uint8Array): number {
    this.reserve(bytes.length).set(bytes);
    return bytes.length;
  }

  copyWithHistory(block: Uint8Array, history: Uint8Array): number {
    const at = this.kernel.history(block.length) - this.#inputAt;
    const memory = this.reserve(at + history.length);
    memory.set(block);
    memory.set(history, at);
    return block.length;
  }

  /** Hands the output of a call to `take`, or throws what its status says. */
  output<T>(status: number, take: (view: Uint8Array) => T): T {
    if (status < 0) throw new CodecError(REASONS[-status] ?? "corrupt");
    const at = this.kernel.output() - this.#inputAt;
    return take(this.#memory().subarray(at, at + status));
  }

  loadState(state: HashState): void {
    new Uint8Array(this.kernel.memory.buffer, this.#stateAt, state.length).set(state);
  }

  saveState(state: HashState): HashState {
    state.set(new Uint8Array(this.kernel.memory.buffer, this.#stateAt, state.length));
    return state;
  }
}
