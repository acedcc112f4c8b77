/** A file goes from an upload through the store into a task without ever being in memory. */

import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { ContentPipeline } from "../support/content/pipeline.ts";

const MIB = 1_048_576;

test.skipIf(!existsSync("/proc/self/status"))(
  "256 MB through an API and a worker, the worker in less than 64 MB of memory",
  async () => {
    const pipeline = await ContentPipeline.start();
    try {
      // Warms both up: what the runtime takes for code and pools is not what the file takes.
      await pipeline.upload(32);
      const { size, sum, sent, apiGrowth, workerGrowth } = await pipeline
        .upload(256);
      console.log(
        `The API grew by ${(apiGrowth / MIB).toFixed(1)} MB, the worker by ${(workerGrowth / MIB).toFixed(1)} MB`,
      );
      expect([size, sum]).toEqual([256 * MIB, sent]);
      expect(workerGrowth).toBeLessThan(64 * MIB);
      // Bun takes some of an upload before it is asked for.
      expect(apiGrowth).toBeLessThan(128 * MIB);
    } finally {
      await pipeline.stop();
    }
  },
  180_000,
);
