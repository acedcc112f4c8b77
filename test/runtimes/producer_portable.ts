/** The producer's program runs unchanged in Bun, Deno and Node: over HTTP to a Redis, with a worker in Bun. */

import assert from "node:assert/strict";
import { EXPECTED, runProgram } from "../support/edge/program.ts";
import { startStage } from "../support/edge/stage.ts";
import { test } from "../support/portable.ts";

test("the producer's program", async () => {
  await using stage = await startStage();
  assert.deepEqual(await runProgram(stage), EXPECTED);
});
