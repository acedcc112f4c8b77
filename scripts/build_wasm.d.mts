/** Compiles wasm/ and returns the text or bytes of each generated file by its path in the repository. */
export function buildWasm(): Promise<Record<string, string | Uint8Array>>;
/** The paths of the generated files that differ from a fresh build. */
export function staleWasm(): Promise<string[]>;
