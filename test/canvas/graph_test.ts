/** Graphs of workflows: stored in few bytes, read by any task's id, drawn as Mermaid and DOT. */
import { describe, expect, test } from "bun:test";
import { type AsyncResult, chain, chord, group, Umbel } from "../../mod.ts";
import { newId } from "../../src/base/ids.ts";
import { graphRecordOf, graphTasks } from "../../src/canvas/graph_record.ts";
import { planOf } from "../../src/canvas/plan_of.ts";
import { FlowProducer } from "../../src/client/mod.ts";
import { DrawnGraph } from "../../src/client/workflow_graph.ts";
import type { SignatureTree } from "../../src/protocol/signature.ts";
import { HeldReader } from "../../src/worker/held_reader.ts";
import fc from "fast-check";
import { get, makeKit, start } from "./kit.ts";
import { treeOf, workflows } from "./model.ts";

const planFor = (tree: SignatureTree) =>
  planOf(tree, { find: () => undefined, now: () => 0, route: () => ({ queue: "q", priority: 0 }) });

describe("the graph of a workflow", () => {
  test("is stored whole, whatever the workflow", () => {
    fc.assert(
      fc.property(workflows(true), (node) => {
        const plan = planFor(treeOf(node));
        const record = graphRecordOf(plan);
        if (record === undefined) return void expect(plan.tasks.length).toBeLessThan(2);
        const places = new Map(plan.tasks.map(({ id }, place) => [id, place]));
        const sorted = (ids: readonly { id: string }[]) =>
          ids.map(({ id }) => places.get(id) ?? -1).sort((a, b) => a - b);
        const read = graphTasks(JSON.parse(JSON.stringify(record)));
        expect(read.map(({ next, fail, ...task }) => ({
          ...task,
          next: next.toSorted((a, b) => a - b),
          fail: fail.toSorted((a, b) => a - b),
        })))
          .toEqual(plan.tasks.map(({ id, task, next, gate, fail }) => ({
            id,
            task,
            body: gate && places.get(gate.hop.id),
            next: sorted(next),
            fail: sorted(fail),
          })));
      }),
      { numRuns: 300 },
    );
  });

  test("is stored in few bytes, and not at all where it would be too many", () => {
    const { one, inc, sum, text, errback } = makeKit();
    const size = (flow: { tree: SignatureTree }) =>
      JSON.stringify(graphRecordOf(planFor(flow.tree)))?.length ?? Infinity;
    expect(size(chain(...Array.from({ length: 1_000 }, () => inc.s())))).toBeLessThan(300);
    expect(size(chord(Array.from({ length: 10_000 }, () => one.s()), sum.s()))).toBeLessThan(300);
    expect(size(chain(one.s(), group(Array.from({ length: 10_000 }, () => inc.s())), sum.s()))).toBeLessThan(1_000);
    const mixed = Array.from({ length: 20_000 }, (_, x) => x % 2 ? inc.s(x).linkError(errback.s()) : text.s(x));
    expect(size(group(mixed))).toBe(Infinity);
    expect(graphRecordOf(planFor(one.s().tree))).toBeUndefined();
  });

  test("of a hostile record is none, or bounded", () => {
    for (
      const value of [null, 7, {}, { seed: 1, tasks: [], rows: [], ids: {} }, {
        seed: newId(),
        tasks: [],
        rows: [1],
        ids: {},
      }]
    ) {
      expect(graphTasks(value)).toEqual([]);
    }
    const huge = graphTasks({ seed: newId(), tasks: ["x"], rows: ["3 0 +1-999999999999", "x 0"], ids: {} });
    expect(huge.map(({ next }) => next)).toEqual([[], [0], [1, 0]]);
  });
});

describe("a graph that is read", () => {
  test("has all tasks with their states, by the id of any of them", async () => {
    const kit = makeKit();
    const { app, one, inc, sum, fail, errback } = kit;
    const flow = chain(one.s(), group(inc.s(), inc.s()), sum.s(), fail.s(), inc.s()).linkError(errback.s());
    const result = await flow.delay();
    const waiting = await result.graph();
    expect(waiting.nodes.map(({ task, state }) => [task, state]).sort()).toEqual([
      ["errback", "QUEUED"],
      ["fail", "QUEUED"],
      ...Array.from({ length: 3 }, () => ["inc", "QUEUED"]),
      ["one", "QUEUED"],
      ["sum", "QUEUED"],
    ]);
    expect(waiting.edges.map(({ kind }) => kind).sort().join(" ")).toBe(
      "failure failure failure failure member member result result result result",
    );
    await start(app);
    await expect(result.get(get)).rejects.toThrow("boom");
    await kit.quiet();
    const ended = await result.graph();
    const states = ended.nodes.map(({ task, state }) => `${task} ${state}`).sort();
    expect(states).toEqual([
      "errback SUCCESS",
      "fail FAILURE",
      "inc FAILURE",
      "inc SUCCESS",
      "inc SUCCESS",
      "one SUCCESS",
      "sum SUCCESS",
    ]);
    for (const { id } of waiting.nodes.filter(({ task }) => task !== "errback")) {
      expect((await app.result(id).graph()).nodes.length).toBe(7);
    }
    expect((await (result.parent as AsyncResult<number>).graph()).edges).toEqual(ended.edges);
  });

  test("is drawn, with many of one kind as one", async () => {
    const kit = makeKit();
    const { app, one, inc, sum } = kit;
    await start(app);
    const result = await chain(one.s(), group(Array.from({ length: 50 }, () => inc.s())), sum.s()).delay();
    await result.get(get);
    await kit.quiet();
    const graph = await result.graph();
    expect(graph.nodes.length).toBe(52);
    expect(graph.mermaid().split("\n")).toEqual([
      "flowchart LR",
      '  t0["sum<br/>SUCCESS"]',
      '  t1["inc × 50<br/>50 SUCCESS"]',
      '  t2["one<br/>SUCCESS"]',
      "  t1 ==> t0",
      "  t2 --> t1",
      "  style t0 fill:#d5f0d5",
      "  style t1 fill:#d5f0d5",
      "  style t2 fill:#d5f0d5",
    ]);
    expect(graph.dot().split("\n")).toEqual([
      "digraph workflow {",
      "  rankdir=LR;",
      '  t0 [shape=box, label="sum\\nSUCCESS", style=filled, fillcolor="#d5f0d5"];',
      '  t1 [shape=box, label="inc × 50\\n50 SUCCESS", style=filled, fillcolor="#d5f0d5"];',
      '  t2 [shape=box, label="one\\nSUCCESS", style=filled, fillcolor="#d5f0d5"];',
      "  t1 -> t0 [style=bold];",
      "  t2 -> t1;",
      "}",
    ]);
  });

  test("is drawn whatever names and states say: they end no label and colour nothing", () => {
    const id = "a";
    const draw = (task: string, state: string) => new DrawnGraph([{ id, task, state }], []);
    const hostile = draw('x#quot;"]`<b>\n&amp;', 'HALF"]; click t0 "javascript:1"\r\n');
    expect(hostile.mermaid().split("\n")).toEqual([
      "flowchart LR",
      '  t0["x_quot;_]__b___amp;<br/>HALF_]; click t0 _javascript:1___"]',
    ]);
    expect(hostile.dot().split("\n")[2]).toBe(
      '  t0 [shape=box, label="x_quot;_]__b___amp;\\nHALF_]; click t0 _javascript:1___"];',
    );
    expect(draw("x", "constructor").mermaid()).not.toContain("fill");
  });

  test("follows tasks that sent others, and workflows that were sent from the edge or took a task's place", async () => {
    const kit = makeKit();
    const { app, one, inc } = kit;
    const sender = app.task("sender", {}, async () => {
      await chain(one.s(), inc.s()).delay();
      await one.delay();
    });
    const turn = app.task("turn", { bind: true }, (ctx) => ctx.replace(chain(one.s(), inc.s())));
    await start(app);
    const result = await chain(one.s(), sender.si()).delay();
    await result.get(get);
    await kit.quiet();
    expect((await result.graph()).nodes.map(({ task }) => task).sort()).toEqual(["inc", "one", "one", "sender"]);
    const placed = await turn.delay();
    await placed.get(get);
    expect((await placed.graph()).nodes.map(({ task }) => task).sort()).toEqual(["inc", "one"]);
    const producer = new FlowProducer({ broker: kit.broker });
    const sent = await producer.sendFlow(chain(one.s(), inc.s(), inc.s()));
    await sent.get(get);
    expect((await app.result(sent.id).graph()).nodes.length).toBe(3);
  });

  test("of a task alone is that task, and of nothing is empty", async () => {
    const kit = makeKit();
    const { app, one } = kit;
    const elsewhere = new Umbel("elsewhere", { broker: kit.broker });
    await start(app);
    const result = await one.delay();
    await result.get(get);
    expect((await elsewhere.result(result.id).graph()).nodes).toEqual([{
      id: result.id,
      task: "one",
      state: "SUCCESS",
    }]);
    const id = newId();
    expect((await app.result(id).graph()).nodes).toEqual([{ id, task: "unknown", state: "UNKNOWN" }]);
    expect((await (await group([]).delay()).graph()).nodes).toEqual([]);
  });
});

test("a failure at the head of a long chain is followed in few reads, whether its graph is kept or not", async () => {
  const kit = makeKit();
  const { broker, inc, one } = kit;
  const plan = planFor(chain(one.s(), ...Array.from({ length: 900 }, () => inc.s())).tree);
  let reads = 0;
  const held = async (ids: readonly string[]) => {
    reads++;
    return ids.map(() => "{}");
  };
  for (const keeps of [true, false]) {
    reads = 0;
    const record = JSON.stringify({ state: "GRAPH", data: graphRecordOf(plan) });
    const read = async () => [keeps ? { kind: "final", text: record } as const : null];
    const reader = new HeldReader({ held, read }, plan.root ?? "");
    for (const { id } of plan.tasks.toReversed()) expect(await reader.read([id])).toEqual(["{}"]);
    if (keeps) expect(reads).toBeLessThan(6);
    else expect(reads).toBe(901);
  }
  expect(broker.publishes).toBe(0);
});
