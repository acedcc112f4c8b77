/** The producer's program runs unchanged in workerd, and its requests have nothing of each other's. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Miniflare } from "miniflare";
import { EXPECTED } from "../support/edge/program.ts";
import { type Stage, startStage } from "../support/edge/stage.ts";
import { startWorkerd } from "../support/workerd.ts";

let stage: Stage;
let workerd: Miniflare;

beforeAll(async () => {
  stage = await startStage();
  const bindings = { UPSTASH_REDIS_REST_URL: stage.url, UPSTASH_REDIS_REST_TOKEN: stage.token };
  workerd = await startWorkerd("test/support/workers/producer.ts", { miniflare: { bindings } });
}, 60_000);
afterAll(async () => {
  await workerd.dispose();
  await stage[Symbol.asyncDispose]();
}, 60_000);

async function ask(path: string): Promise<unknown> {
  const response = await workerd.dispatchFetch(`http://edge.test/${path}`);
  const text = await response.text();
  return response.ok && text !== "left" ? JSON.parse(text) : text;
}

test("the producer's program", async () => {
  expect(await ask("program")).toEqual(EXPECTED);
}, 60_000);

test("requests that share a producer each get their own", async () => {
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  const sums = await Promise.all(numbers.map((i) => ask(`add/${i}/${i}`)));
  expect(sums).toEqual(numbers.map((i) => i + i));
}, 60_000);

test("a request that is over takes nothing from those that are not", async () => {
  const mixed = Array.from({ length: 40 }, (_, i) => ask(i % 2 === 0 ? `leave/${i}/0` : `add/${i}/0`));
  expect(await Promise.all(mixed)).toEqual(mixed.map((_, i) => i % 2 === 0 ? "left" : i));
}, 60_000);
