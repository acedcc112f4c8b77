/** The views of bytes that JavaScript has, by name. @module */
import { DecodeError } from "./decode_error.ts";
import type { ViewName } from "./kinds.ts";

const VIEWS: ReadonlySet<string> = new Set<ViewName>([
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
]);

/** Whether a kind is that of a view. */
export function isViewName(kind: string): kind is ViewName {
  return VIEWS.has(kind);
}

/**
 * A view of a buffer by its name.
 *
 * @throws {DecodeError} when there is none of this name here, or the buffer has part of an element
 */
export function viewOf(name: string, buffer: ArrayBuffer): unknown {
  const view: unknown = VIEWS.has(name) ? Reflect.get(globalThis, name) : undefined;
  if (typeof view !== "function") {
    throw new DecodeError(`Cannot decode a view as this runtime must have its class: ${name} is none here`);
  }
  try {
    return Reflect.construct(view, [buffer]);
  } catch {
    throw new DecodeError(
      `Cannot decode a ${name} as its bytes must be whole elements: there are ${buffer.byteLength}`,
    );
  }
}
