/** The main jobs run to their end with right results, and the edge function is what wrangler would deploy. */
import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

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
}, LIMIT);

test("wrangler bundles the edge function as it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "umbel-wrangler-"));
  try {
    const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
    const env = { WRANGLER_SEND_METRICS: "false", CI: "1", WRANGLER_LOG_PATH: folder };
    const { err, code } = await run(["node", wrangler, "deploy", "--dry-run", "--outdir", join(folder, "out")], env);
    expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    expect(await readdir(join(folder, "out"))).toContain("edge.js");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, LIMIT);
