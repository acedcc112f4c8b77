/** Writes any result as JSON: what JSON has no form for becomes text or a list. @module */

/**
 * A value as JSON. Big integers become decimal texts, maps lists of pairs, sets lists, bytes base64; what else has no
 * form of its own becomes what `JSON.stringify` makes of it.
 */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return String(item);
    if (item instanceof Map || item instanceof Set) return [...item];
    if (item instanceof Uint8Array) return base64(item);
    return item;
  });
}

const SLICE = 0x8000;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += SLICE) text += String.fromCharCode(...bytes.subarray(at, at + SLICE));
  return btoa(text);
}
