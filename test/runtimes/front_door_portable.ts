/** The front door loads on every runtime. */

import assert from "node:assert/strict";
import { test } from "../support/portable.ts";

test("the front door loads", async () => {
  const door = await import("../../mod.ts");
  assert.equal(typeof door, "object");
});
