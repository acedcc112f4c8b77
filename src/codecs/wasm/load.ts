/**
 * Chooses the implementation, once, while this module is evaluated.
 *
 * The compiled codec is inlined and compiled synchronously at the top level, which is the one way that works in Bun, Deno,
 * Node and workerd alike: workerd (compatibility date 2025-06-01 or later) lets bytes be compiled while a worker starts and
 * never in a handler. Where compiling fails, the TypeScript twin takes over.
 */

import { wasmBase64 } from "./codec.gen.ts";
import type { Engine } from "./engine.ts";
import { TwinEngine } from "./twin_engine.ts";
import { WasmEngine } from "./wasm_engine.ts";

/** The implementation in use, and why it is not the WebAssembly one. */
export interface Choice {
  readonly engine: Engine;
  readonly reason: string | undefined;
}

/** Compiles the inlined module. */
export function compileInlined(): WebAssembly.Module {
  return new WebAssembly.Module(Uint8Array.from(atob(wasmBase64), (character) => character.charCodeAt(0)));
}

/** The WebAssembly engine if `compile` succeeds, else the twin and the reason. */
export function chooseEngine(compile: () => WebAssembly.Module): Choice {
  try {
    return { engine: new WasmEngine(compile()), reason: undefined };
  } catch (error) {
    return { engine: new TwinEngine(), reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The choice for this process. */
export const choice: Choice = chooseEngine(compileInlined);
