/**
 * What calls put on the heap, where a runtime of V8 tells: in Node and Deno with `--expose-gc`, and with so much room for the
 * young that nothing is collected while one looks. JavaScriptCore tells only after it has collected, and workerd not at all.
 */

interface Host {
  readonly gc?: () => void;
  readonly Bun?: unknown;
  readonly process?: { memoryUsage(): { readonly heapUsed: number; readonly external: number } };
}

const host: Host = globalThis;

/** Whether this runtime tells. */
export function canMeter(): boolean {
  return host.gc !== undefined && host.Bun === undefined && host.process !== undefined;
}

function used(): number {
  const { heapUsed = 0, external = 0 } = host.process?.memoryUsage() ?? {};
  return heapUsed + external;
}

/** Kilobytes that one call puts on the heap: the median of five looks at so many calls. */
export async function kilobytesOf(times: number, call: () => Promise<void>): Promise<number> {
  const looks: number[] = [];
  for (let look = 0; look < 5; look++) {
    host.gc?.();
    const before = used();
    for (let time = 0; time < times; time++) await call();
    looks.push((used() - before) / times / 1_024);
  }
  return looks.sort((a, b) => a - b)[2] ?? 0;
}
