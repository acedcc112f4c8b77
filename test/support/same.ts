/** Whether two values are the same to the last bit: kinds, classes, order of maps and sets, -0, NaN, holes, lone surrogates. */

/** The first path at which two values differ, or undefined when they are the same. */
export function difference(left: unknown, right: unknown, path = "value"): string | undefined {
  if (Object.is(left, right)) return undefined;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return path;
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return `${path} (class)`;
  return inner(left, right, path) ?? fields(left, right, path);
}

function inner(left: object, right: object, path: string): string | undefined {
  if (left instanceof Date && right instanceof Date) return differ(left.getTime(), right.getTime(), path);
  if (left instanceof URL && right instanceof URL) return differ(left.href, right.href, path);
  if (left instanceof RegExp && right instanceof RegExp) return differ(String(left), String(right), path);
  if (left instanceof Map && right instanceof Map) return difference([...left], [...right], `${path}<Map>`);
  if (left instanceof Set && right instanceof Set) return difference([...left], [...right], `${path}<Set>`);
  if (left instanceof ArrayBuffer && right instanceof ArrayBuffer) return bytes(left, right, path);
  if (ArrayBuffer.isView(left) && ArrayBuffer.isView(right)) return bytes(view(left), view(right), path);
  if (left instanceof Error && right instanceof Error) return errors(left, right, path);
  return undefined;
}

function differ(left: unknown, right: unknown, path: string): string | undefined {
  return Object.is(left, right) ? undefined : path;
}

function view(value: ArrayBufferView): ArrayBuffer {
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer;
}

function bytes(left: ArrayBuffer, right: ArrayBuffer, path: string): string | undefined {
  const [a, b] = [new Uint8Array(left), new Uint8Array(right)];
  return a.length === b.length && a.every((byte, at) => byte === b[at]) ? undefined : `${path} (bytes)`;
}

function errors(left: Error, right: Error, path: string): string | undefined {
  for (const key of ["name", "message", "stack", "cause", "errors"]) {
    const found = difference(Reflect.get(left, key), Reflect.get(right, key), `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The own fields of two values; those that are undefined count as absent in objects, not in arrays. */
function fields(left: object, right: object, path: string): string | undefined {
  if (ArrayBuffer.isView(left)) return undefined;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return `${path}.length`;
    for (const key of keys) if (key in left !== key in right) return `${path}[${key}] (hole)`;
  }
  for (const key of keys) {
    const found = difference(Reflect.get(left, key), Reflect.get(right, key), `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
