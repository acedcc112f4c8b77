/** The main jobs run to their end with right results, and the edge function is what wrangler would deploy. */
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { s3Blobs } from "../../src/blob_stores/s3/mod.ts";
import { descendantsOf, isAlive } from "../support/process.ts";
import { Running } from "../support/running.ts";
import { S3Server } from "../support/s3_server.ts";
import { until } from "../support/until.ts";
import { startScript } from "../support/workerd.ts";

const root = join(import.meta.dir, "../..");
const LIMIT = 120_000;

async function run(command: readonly string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([...command], {
    cwd: root,
    env: { ...process.env, UMBEL_LOG_LEVEL: "error", PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, code };
}

test("the shop runs its first round and closes", async () => {
  const { out, err, code } = await run([process.execPath, "examples/shop/main.ts", "--once"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("orders.total(order) 29");
}, LIMIT);

test("the edge sends through a gateway to a worker, and closes", async () => {
  const { out, err, code } = await run([process.execPath, "examples/edge/main.ts", "--once"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("mail.receipt(order)  receipt of order 7 to ada@example.com");
  expect(out).toContain("the ready-made way   42");
}, LIMIT);

test("an upload at the edge becomes a thumbnail that the edge serves", async () => {
  const { out, err, code } = await run([process.execPath, "examples/thumbnails/main.ts", "--once"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/1600 x 1000 pixels, \d{4} KB, became one of 128 x 80 pixels/);
  expect(out).toContain("a file that is none: 422 This is no PNG");
}, LIMIT);

test("with a bucket, images are in S3, and nothing else changes", async () => {
  const keys = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
  const server = new S3Server(keys);
  const endpoint = await server.start();
  try {
    const env = {
      UMBEL_BLOBS: `s3://${server.bucket}/thumbnails/?region=${server.region}&endpoint=${encodeURIComponent(endpoint)}`,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    };
    const { out, err, code } = await run([process.execPath, "examples/thumbnails/main.ts", "--once"], env);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("became one of 128 x 80 pixels");
    const store = s3Blobs({ ...keys, bucket: server.bucket, region: server.region, endpoint, prefix: "thumbnails/" });
    const { blobs } = await store.list("values/");
    expect(blobs.map(({ size }) => size).sort((a, b) => b - a)).toEqual([expect.any(Number), expect.any(Number), 10]);
  } finally {
    await server.stop();
  }
}, LIMIT);

test("the edge stays up until Ctrl-C, and leaves nothing behind", async () => {
  await using edge = new Running(["node", "scripts/edge.mjs", "examples/edge/main.ts"]);
  const url = await until("the address", () => /curl -X POST (http:\S+)sums/.exec(edge.out)?.[1], LIMIT / 2);
  const sent = await fetch(`${url}sums/20/22`, { method: "POST" });
  const { id } = await sent.json() as { id: string };
  expect(await (await fetch(`${url}tasks/${id}?wait`)).json()).toEqual({ id, state: "SUCCESS", result: 42 });
  const family = descendantsOf(edge.pid);
  expect(family.length).toBeGreaterThan(3);
  expect(await edge.stop("SIGINT")).toBe(0);
  await until("all of it to be gone", () => !family.some(isAlive));
}, LIMIT);

test("wrangler bundles the edge function as it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "umbel-wrangler-"));
  try {
    const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
    const env = { WRANGLER_SEND_METRICS: "false", CI: "1", WRANGLER_LOG_PATH: folder };
    const { err, code } = await run(["node", wrangler, "deploy", "--dry-run", "--outdir", join(folder, "out")], env);
    expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    const script = await Bun.file(join(folder, "out/edge.js")).text();
    const workerd = await startScript(script, { bindings: { UPSTASH_REDIS_REST_URL: "http://none.invalid" } });
    const wrong = await workerd.dispatchFetch("http://edge.test/sums/4/four", { method: "POST" });
    expect([wrong.status, JSON.stringify(await wrong.json())]).toEqual([422, expect.stringContaining("args[1]")]);
    await workerd.dispose();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, LIMIT);
