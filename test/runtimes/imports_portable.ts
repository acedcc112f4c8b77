/** Importing what is safe on the edge does no work: no request, no timer, no clock, no randomness. */

import assert from "node:assert/strict";
import { test } from "../support/portable.ts";

/** What may be called by a request, and not by an import. */
const WORK: readonly (readonly [owner: object, names: readonly string[]])[] = [
  [globalThis, ["fetch", "setTimeout", "setInterval", "queueMicrotask"]],
  [crypto, ["getRandomValues", "randomUUID"]],
  [crypto.subtle, ["digest", "importKey"]],
  [Date, ["now"]],
  [performance, ["now"]],
];

/** Tells what is called of it while something is done. */
async function workOf(act: () => Promise<unknown>): Promise<string[]> {
  const calls: string[] = [];
  const put = (owner: object, name: string, value: unknown) =>
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  const restore = WORK.flatMap(([owner, names]) =>
    names.map((name) => {
      const own: unknown = Reflect.get(owner, name);
      put(owner, name, (...args: readonly unknown[]) => {
        calls.push(name);
        return typeof own === "function" ? Reflect.apply(own, owner, args) : undefined;
      });
      return () => put(owner, name, own);
    })
  );
  try {
    await act();
  } finally {
    for (const undo of restore) undo();
  }
  return calls;
}

test("importing the doors of the edge does no work", async () => {
  const calls = await workOf(async () => {
    const { Producer, upstashEdge } = await import("../../src/client/mod.ts");
    const { Umbel } = await import("../../mod.ts");
    const { umbel } = await import("../../src/hono/mod.ts");
    const { memory } = await import("../../src/brokers/memory/mod.ts");
    new Producer({ broker: upstashEdge({ url: "https://edge.test", token: "t" }) });
    umbel(new Umbel("edge", { broker: memory() }));
  });
  assert.deepEqual(calls, []);
});
