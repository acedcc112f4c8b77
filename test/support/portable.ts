/** The one way to register a test that runs on Bun, Deno and Node alike: `test(name, run)`. Assert with `node:assert/strict`. */
import "./seed.ts";

/** The runtimes that the portable tests run on. */
export type Runtime = "bun" | "deno" | "node";

type Run = () => void | Promise<void>;
type Register = (name: string, run: Run) => void;

interface DenoTests {
  test(definition: { name: string; fn: Run; sanitizeOps: boolean; sanitizeResources: boolean }): void;
}

declare const globalThis: { Bun?: unknown; Deno?: DenoTests };

/** The runtime that this process is. */
export const runtime: Runtime = globalThis.Bun !== undefined ? "bun" : globalThis.Deno !== undefined ? "deno" : "node";

async function registration(): Promise<Register> {
  const deno = globalThis.Deno;
  if (runtime === "bun") return (await import("bun:test")).test;
  // A connection kept open for the next test is no leak: the other two runtimes have no such check.
  if (deno !== undefined) {
    return (name, fn) => deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
  }
  const { test } = await import("node:test");
  return (name, run) => void test(name, run);
}

/** Registers a test with the runner of the runtime. */
export const test: Register = await registration();
