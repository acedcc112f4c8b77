/** In workerd: the compiled codec where bytes may be compiled at startup, the twin before, with the same bytes. */

import { expect, test } from "bun:test";
import { Miniflare } from "miniflare";
import { bundleForWorkerd, COMPATIBILITY_DATE } from "../../support/workerd.ts";

async function samplesIn(compatibilityDate: string): Promise<unknown> {
  const script = await bundleForWorkerd("test/support/workers/codec.ts");
  const miniflare = new Miniflare({ compatibilityDate, modules: true, script });
  try {
    const response = await miniflare.dispatchFetch("http://codec.test/");
    return await response.json();
  } finally {
    await miniflare.dispose();
  }
}

test("the compiled codec, with the pinned bytes", async () => {
  expect(await samplesIn(COMPATIBILITY_DATE)).toMatchObject({ report: { implementation: "wasm" }, wrong: [] });
}, 60_000);

test("the twin at a compatibility date that forbids compiling, with the same bytes", async () => {
  const expected = { implementation: "typescript", reason: expect.stringContaining("disallowed by embedder") };
  expect(await samplesIn("2025-05-01")).toMatchObject({ report: expected, wrong: [] });
}, 60_000);
