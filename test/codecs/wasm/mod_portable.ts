/** The compiled codec loads on every runtime, and yields the pinned bytes there. */

import assert from "node:assert/strict";
import { test } from "../../support/portable.ts";
import { PACKED, runSamples } from "./samples.ts";

test("the codec is the compiled one, and its bytes are the pinned ones", async () => {
  const { report, hashes, wrong } = await runSamples();
  assert.deepEqual(wrong, []);
  assert.deepEqual(hashes, { ...PACKED });
  assert.equal("implementation" in report && report.implementation, "wasm");
});
