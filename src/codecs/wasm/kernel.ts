/** The exports of the compiled module, as `wasm/codec.ts` writes them. */

/** A call returns the length of its output, or a negative status word. */
export type Kernel = WebAssembly.Exports & {
  readonly memory: WebAssembly.Memory;
  readonly input: () => number;
  readonly output: () => number;
  readonly state: () => number;
  readonly history: (length: number) => number;
  readonly reserve: (length: number) => number;
  readonly pack: (length: number) => number;
  readonly unpack: (length: number, most: number) => number;
  readonly compress: (length: number) => number;
  readonly decompress: (length: number, most: number) => number;
  readonly xxhash32: (length: number, seed: number) => number;
  readonly xxhash64: (length: number, seed: bigint) => bigint;
  readonly startHash: () => void;
  readonly updateHash: (length: number) => void;
  readonly finishHash: () => number;
  readonly encodeStreamBlock: (length: number) => number;
  readonly decodeStreamBlock: (length: number, back: number, most: number) => number;
};

const FUNCTIONS: readonly string[] = [
  "input",
  "output",
  "state",
  "history",
  "reserve",
  "pack",
  "unpack",
  "compress",
  "decompress",
  "xxhash32",
  "xxhash64",
  "startHash",
  "updateHash",
  "finishHash",
  "encodeStreamBlock",
  "decodeStreamBlock",
];

/** Whether an instance has every export of the codec. */
export function isKernel(exports: WebAssembly.Exports): exports is Kernel {
  return exports["memory"] instanceof WebAssembly.Memory &&
    FUNCTIONS.every((name) => typeof exports[name] === "function");
}
