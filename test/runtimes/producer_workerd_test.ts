/** The producer's program runs unchanged in workerd, and its requests have nothing of each other's. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Miniflare } from "miniflare";
import { EXPECTED } from "../support/edge/program.ts";
import { type Stage, startStage } from "../support/edge/stage.ts";
import { startWorkerd } from "../support/workerd.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
}, 60_000);
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
}, 60_000);

async function ask(workerd: Miniflare, path: string): Promise<unknown> {
  const response = await workerd.dispatchFetch(`http://edge.test/${path}`);
  const text = await response.text();
  return response.ok && text !== "left" ? JSON.parse(text) : text;
}

describe.each(["producer", "app"])("requests that share one %s", (kind) => {
  let workerd: Miniflare;

  beforeAll(async () => {
    const bindings = { UPSTASH_REDIS_REST_URL: stage.url, UPSTASH_REDIS_REST_TOKEN: stage.token };
    workerd = await startWorkerd(`test/support/workers/${kind}.ts`, { miniflare: { bindings } });
  }, 60_000);
  afterAll(async () => {
    await workerd.dispose();
  }, 60_000);

  test("run the producer's program", async () => {
    expect(await ask(workerd, "program")).toEqual(EXPECTED);
  }, 60_000);

  test("each get their own", async () => {
    const numbers = Array.from({ length: 40 }, (_, i) => i);
    const sums = await Promise.all(numbers.map((i) => ask(workerd, `add/${i}/${i}`)));
    expect(sums).toEqual(numbers.map((i) => i + i));
  }, 60_000);

  test("take nothing from each other when one is over", async () => {
    const mixed = Array.from({ length: 40 }, (_, i) => ask(workerd, i % 2 === 0 ? `leave/${i}/0` : `add/${i}/0`));
    expect(await Promise.all(mixed)).toEqual(mixed.map((_, i) => i % 2 === 0 ? "left" : i));
  }, 60_000);

  test("try again for themselves", async () => {
    stage.gateway.faults.add({ status: 500, times: 4 });
    const sums = await Promise.all([1, 2, 3, 4].map((i) => ask(workerd, `add/${i}/${i}`)));
    expect(sums).toEqual([2, 4, 6, 8]);
  }, 60_000);
});
