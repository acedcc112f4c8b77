/** What compositions become: Celery's upgrade table, and the shapes that Celery gets wrong. */
import { describe, expect, test } from "bun:test";
import { type AnyResult, chain, chord, group, type GroupResult, type Signature } from "../../mod.ts";
import { get, makeKit, start } from "./kit.ts";

type Kit = ReturnType<typeof makeKit>;

interface Row {
  readonly becomes: string;
  readonly flow: (kit: Kit) => Signature<[], unknown, AnyResult>;
  readonly value: unknown;
  /** How often each task runs, by its name. */
  readonly runs: Readonly<Record<string, number>>;
}

const table: Record<string, Row> = {
  "A | (B | C)": {
    becomes: "chain(A, B, C)",
    flow: ({ one, inc, add }) => one.s().pipe(inc.s().pipe(add.s(10))),
    value: 12,
    runs: { one: 1, inc: 1, add: 1 },
  },
  "chain(chain(A, B), C)": {
    becomes: "chain(A, B, C)",
    flow: ({ one, inc, add }) => chain(chain(one.s(), inc.s()), add.s(10)),
    value: 12,
    runs: { one: 1, inc: 1, add: 1 },
  },
  "A | g[B]": {
    becomes: "chain(A, g[B]): a list of one, as its type says; Celery unrolls it",
    flow: ({ one, inc }) => one.s().pipe(group(inc.s())),
    value: [2],
    runs: { one: 1, inc: 1 },
  },
  "A | g[B, C]": {
    becomes: "chain(A, g[B, C])",
    flow: ({ one, inc, add }) => one.s().pipe(group(inc.s(), add.s(10))),
    value: [2, 11],
    runs: { one: 1, inc: 1, add: 1 },
  },
  "g[A] | B": {
    becomes: "chord([A] -> B): B gets a list of one",
    flow: ({ one, same }) => group(one.s()).pipe(same.s()),
    value: [1],
    runs: { one: 1, same: 1 },
  },
  "g[A, B] | C": {
    becomes: "chord([A, B] -> C)",
    flow: ({ one, inc, same }) => group(one.s(), inc.s(5)).pipe(same.s()),
    value: [1, 6],
    runs: { one: 1, inc: 1, same: 1 },
  },
  "A | g[B, C] | D | E": {
    becomes: "chain(A, chord([B, C] -> chain(D, E)))",
    flow: ({ one, inc, add, sum, mul }) => chain(one.s(), group(inc.s(), add.s(10)), sum.s(), mul.s(2)),
    value: 26,
    runs: { one: 1, inc: 1, add: 1, sum: 1, mul: 1 },
  },
  "g[A, B] | g[C, D]": {
    becomes: "chord([A, B] -> g[C, D])",
    flow: ({ one, inc, same, sum }) => group(one.s(), inc.s(5)).pipe(group(same.s(), sum.s())),
    value: [[1, 6], 7],
    runs: { one: 1, inc: 1, same: 1, sum: 1 },
  },
  "g | g | E": {
    becomes: "chord(g -> chord(g -> E))",
    flow: ({ one, inc, same, sum }) => group(one.s(), inc.s(5)).pipe(group(sum.s(), sum.s())).pipe(same.s()),
    value: [7, 7],
    runs: { one: 1, inc: 1, sum: 2, same: 1 },
  },
  "chord(H, C) | D": {
    becomes: "chord(H -> chain(C, D))",
    flow: ({ one, sum, inc }) => chord([one.s(), one.s()], sum.s()).pipe(inc.s()),
    value: 3,
    runs: { one: 2, sum: 1, inc: 1 },
  },
  "chord(H, C) | g[D, E]": {
    becomes: "chord(H -> chain(C, g[D, E])), which is chain(chord(H -> C), g[D, E])",
    flow: ({ one, sum, inc, add }) => chord([one.s(), one.s()], sum.s()).pipe(group(inc.s(), add.s(10))),
    value: [3, 12],
    runs: { one: 2, sum: 1, inc: 1, add: 1 },
  },
  "A | chord(H, D) | g[E, F]": {
    becomes: "chain(A, chord(H -> chain(D, g[E, F])))",
    flow: ({ one, sum, inc, add }) => chain(one.s(), chord([inc.s(), inc.s()], sum.s()), group(inc.s(), add.s(10))),
    value: [5, 14],
    runs: { one: 1, inc: 3, sum: 1, add: 1 },
  },
  "chord(H, C) | chord(K, F)": {
    becomes: "chord(H -> chain(C, chord(K -> F)))",
    flow: ({ one, sum, inc, same }) => chord([one.s(), one.s()], sum.s()).pipe(chord([inc.s(), inc.s()], same.s())),
    value: [3, 3],
    runs: { one: 2, sum: 1, inc: 2, same: 1 },
  },
  "g[] | A": {
    becomes: "chord([] -> A): A([])",
    flow: ({ sum }) => group([]).pipe(sum.s()),
    value: 0,
    runs: { sum: 1 },
  },
  "A | g[] | B": {
    becomes:
      "chain(A, chord([] -> B)): B([]), as its type says; Celery drops the group and calls B with the value of A",
    flow: ({ one, sum }) => chain(one.s(), group([]), sum.s()),
    value: 0,
    runs: { one: 1, sum: 1 },
  },
  "g[g[A, B], g[C]]": {
    becomes: "g[A, B, C]",
    flow: ({ one, inc }) => group(group(one.s(), inc.s(1)), group(inc.s(2))),
    value: [1, 2, 3],
    runs: { one: 1, inc: 2 },
  },
  "chord(H, g[C, D])": {
    becomes: "each of C and D gets the list",
    flow: ({ one, sum, same }) => chord([one.s(), one.s()], group(sum.s(), same.s())),
    value: [2, [1, 1]],
    runs: { one: 2, sum: 1, same: 1 },
  },
  "chord([], g[C, D])": {
    becomes: "each of C and D gets an empty list",
    flow: ({ sum, same }) => chord([], group(sum.s(), same.s())),
    value: [0, []],
    runs: { sum: 1, same: 1 },
  },
  "chord(H, g[])": {
    becomes: "an empty list, once the header is over",
    flow: ({ one }) => chord([one.s(), one.s()], group([])),
    value: [],
    runs: { one: 2 },
  },
  "chain(g[A, B]), where Celery hangs": {
    becomes: "g[A, B]",
    flow: ({ one, inc }) => chain(group(one.s(), inc.s(5))),
    value: [1, 6],
    runs: { one: 1, inc: 1 },
  },
  "g[A | g[B, C], D], where Celery hangs": {
    becomes: "a member that ends in a group has a list",
    flow: ({ one, inc }) => group(chain(one.s(), group(inc.s(), inc.s())), inc.s(5)),
    value: [[2, 2], 6],
    runs: { one: 1, inc: 3 },
  },
  "chain(g, g, g), where Celery runs the last group once per member of the middle one": {
    becomes: "chord(g -> chord(g -> g))",
    flow: ({ one, same }) => chain(group(one.s(), one.s()), group(same.s(), same.s()), group(same.s(), same.s())),
    value: [[[1, 1], [1, 1]], [[1, 1], [1, 1]]],
    runs: { one: 2, same: 4 },
  },
  "chord([A | g[B, C], D], E)": {
    becomes: "E gets the list of the member that ends in a group in its place",
    flow: ({ one, inc, same }) => chord([chain(one.s(), group(inc.s(), inc.s())), inc.s(5)], same.s()),
    value: [[2, 2], 6],
    runs: { one: 1, inc: 3, same: 1 },
  },
  "chord([chord(H, C), g[]], E)": {
    becomes: "the empty group is spliced in, the inner chord has its body's value",
    flow: ({ one, sum, same }) => chord([chord([one.s(), one.s()], sum.s()), group([])], same.s()),
    value: [2],
    runs: { one: 2, sum: 1, same: 1 },
  },
  "chord([chain(g[])], E)": {
    becomes: "a member that is an empty list",
    flow: ({ one, same }) => chord([chain(group([])), one.s()], same.s()),
    value: [[], 1],
    runs: { one: 1, same: 1 },
  },
  "g[chain(g[]), A]": {
    becomes: "a member that is an empty list",
    flow: ({ one }) => group(chain(group([])), one.s()),
    value: [[], 1],
    runs: { one: 1 },
  },
};

describe("a composition becomes what it should", () => {
  for (const [expression, row] of Object.entries(table)) {
    test(`${expression} becomes ${row.becomes}`, async () => {
      const kit = makeKit();
      await start(kit.app);
      const result = await row.flow(kit).delay();
      expect(await result.get(get)).toEqual(row.value);
      await kit.quiet();
      const runs = Object.groupBy(kit.log, ([task]) => task);
      expect(Object.fromEntries(Object.entries(runs).map(([task, calls]) => [task, calls?.length]))).toEqual(row.runs);
      expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
    });
  }

  test("a group of nothing is there at once, also without an app", async () => {
    const result: GroupResult<never[]> = await group([]).delay();
    expect(await result.ready()).toBe(true);
    expect(await result.successful()).toBe(true);
    expect(await result.get()).toEqual([]);
    expect(await (await group(chain(group([])), group([])).delay()).get()).toEqual([[]]);
    expect(() => chain()).toThrow("must have at least one step");
  });
});
