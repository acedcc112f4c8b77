/**
 * What a file of a gigabyte takes on its way from a Hono API through the blob store into a task that reads it all: time,
 * and by how much the memory of both processes grows. `bun bench/content.ts [mebibytes]`.
 */
import { ContentPipeline } from "../test/support/content/pipeline.ts";

const mebibytes = Number(process.argv[2] ?? 1_024);
const pipeline = await ContentPipeline.start();
try {
  await pipeline.upload(32);
  for (let turn = 0; turn < 3; turn++) {
    const { ms, apiGrowth, workerGrowth, sum, sent } = await pipeline.upload(
      mebibytes,
    );
    if (sum !== sent) throw new Error("The task did not get what was sent");
    const [rate, api, worker] = [
      mebibytes / (ms / 1_000),
      apiGrowth / 2 ** 20,
      workerGrowth / 2 ** 20,
    ];
    console.log(
      `${mebibytes} MB in ${(ms / 1_000).toFixed(1)} s, ${rate.toFixed(0)} MB/s; ` +
        `the API grew by ${api.toFixed(0)} MB, the worker by ${worker.toFixed(0)} MB`,
    );
  }
} finally {
  await pipeline.stop();
}
