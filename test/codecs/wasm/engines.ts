/** Both implementations side by side, and what one call came to. */

import { CodecError, type CodecErrorReason } from "../../../src/codecs/wasm/codec_error.ts";
import type { Engine } from "../../../src/codecs/wasm/engine.ts";
import { compileInlined } from "../../../src/codecs/wasm/load.ts";
import { TwinEngine } from "../../../src/codecs/wasm/twin_engine.ts";
import { WasmEngine } from "../../../src/codecs/wasm/wasm_engine.ts";

export const wasm: Engine = new WasmEngine(compileInlined());
export const twin: Engine = new TwinEngine();

/** Both, for `describe.each`. */
export const engines: readonly (readonly [string, Engine])[] = [["wasm", wasm], ["typescript", twin]];

/** What a call came to: its value, or the reason of its refusal. Any other error goes on. */
export type Outcome<T> = { readonly value: T } | { readonly reason: CodecErrorReason };

export function outcomeOf<T>(call: () => T): Outcome<T> {
  try {
    return { value: call() };
  } catch (error) {
    if (error instanceof CodecError) return { reason: error.reason };
    throw error;
  }
}

/** The reason a call is refused for; fails if it is not. */
export function reasonOf(call: () => unknown): CodecErrorReason {
  const outcome = outcomeOf(call);
  if ("reason" in outcome) return outcome.reason;
  throw new Error("Expected a refusal, and the call succeeded");
}
