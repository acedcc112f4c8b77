import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { chain, Umbel } from "../../../mod.ts";
import { newId } from "../../../src/base/ids.ts";
import { runCli } from "../../../src/cli/program.ts";

const folder = mkdtempSync(join(tmpdir(), "umbel-graph-"));
const broker = `sqlite:${join(folder, "app.sqlite")}`;
const before = process.env.UMBEL_BROKER;
beforeAll(() => {
  process.env.UMBEL_BROKER = broker;
});
afterAll(() => {
  if (before === undefined) delete process.env.UMBEL_BROKER;
  else process.env.UMBEL_BROKER = before;
  rmSync(folder, { recursive: true, force: true });
});

async function graph(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(["-A", "one", "graph", ...args], {
    print: (line) => void out.push(line),
    tell: (line) => void err.push(line),
    folder: join(import.meta.dir, "../samples"),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

interface Drawn {
  readonly nodes: readonly { readonly id: string }[];
  readonly edges: readonly unknown[];
}

/** The id of the last task of a chain that was sent. */
async function sendChain(): Promise<string> {
  const app = new Umbel("sender", { broker });
  const add = app.task("math.add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
  const { id } = await chain(add.s(4, 4), add.s(8)).delay();
  await app.close();
  return id;
}

test("draws a workflow in three languages", async () => {
  const id = await sendChain();
  const { code, out, err } = await graph(id);
  expect([code, err]).toEqual([0, ""]);
  expect(out.split("\n")[0]).toBe("flowchart LR");
  expect(out.match(/"math\.add<br\/>QUEUED"/g)).toHaveLength(2);
  expect((await graph(id, "--dot")).out).toContain('[shape=box, label="math.add\\nQUEUED"];');
  const { nodes, edges }: Drawn = JSON.parse((await graph(id, "--json")).out);
  const first = nodes.map((node) => node.id).find((one) => one !== id);
  expect(nodes).toHaveLength(2);
  expect(edges).toEqual([{ from: first, to: id, kind: "result" }]);
});

test("says that nothing is known of an id, in place of drawing it", async () => {
  for (const id of [newId(), "no-id"]) {
    const { code, out, err } = await graph(id);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(`Cannot draw the workflow of ${id} as it must be the id of a task or group that the broker`);
  }
});

test("takes one language at a time", async () => {
  const { code, err } = await graph(newId(), "--dot", "--json");
  expect([code, err.split("\n")[0]]).toEqual([2, "error: option '--dot' cannot be used with option '--json'"]);
});
