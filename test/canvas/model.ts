/**
 * Random workflows, and what must come of them: a direct interpreter that knows nothing of letters, gates and relays.
 *
 * Each call has a tag of its own. Its value is a digest of the tag and of what it got, so a wrong input shows in every
 * value behind it.
 */
import fc from "fast-check";
import type { SignatureTree } from "../../mod.ts";

/** What a call does: succeed, fail, fail twice and then succeed, or become another workflow. */
type Act = "ok" | "fail" | "retry" | "replace";

/** A workflow of the model. `errs` are the tags of its errbacks. */
export type Node =
  | { kind: "task"; tag: number; act: Act; immutable: boolean; tree?: Node; errs: number[]; link: Node[] }
  | { kind: "chain"; steps: Node[]; errs: number[]; link: Node[] }
  | { kind: "group"; members: Node[]; errs: number[] }
  | { kind: "chord"; header: Node[]; body: Node; errs: number[]; link: Node[] };

/** What a call gets as its last argument. */
export interface Spec {
  readonly tag: number;
  readonly act: Act;
  readonly tree?: SignatureTree;
}

/** The value of a call: a digest of its tag and of what it got. */
export function valueOf(tag: number, input: unknown): string {
  let hash = 0x811c9dc5 ^ tag;
  for (const char of JSON.stringify(input) ?? "nothing") hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return `${tag}:${(hash >>> 0).toString(36)}`;
}

/** Random workflows; `failures` lets calls fail and puts errbacks on them. */
export function workflows(failures: boolean): fc.Arbitrary<Node> {
  const acts = failures
    ? fc.constantFrom<Act>("ok", "ok", "ok", "ok", "ok", "fail", "retry")
    : fc.constantFrom<Act>("ok", "ok", "ok", "retry");
  const errs: fc.Arbitrary<number[]> = fc.array(fc.constant(0), { maxLength: failures ? 1 : 0 });
  const call = { kind: fc.constant("task" as const), tag: fc.constant(0) };
  const leaf: fc.Arbitrary<Node> = fc.record({
    ...call,
    ...{ act: fc.constant<Act>("ok"), immutable: fc.boolean(), errs: fc.constant([]), link: fc.constant([]) },
  });
  const link = fc.array(leaf, { maxLength: 1, size: "xsmall" });
  const task: fc.Arbitrary<Node> = fc.record({ ...call, act: acts, immutable: fc.constant(false), errs, link });
  const { node } = fc.letrec<{ node: Node }>((tie) => {
    const some = (minLength: number, maxLength: number) => fc.array(tie("node"), { minLength, maxLength });
    const replaced: fc.Arbitrary<Node> = fc.record({
      ...call,
      ...{ act: fc.constant<Act>("replace"), tree: tie("node"), immutable: fc.constant(false), errs, link },
    });
    const chain: fc.Arbitrary<Node> = fc.record({ kind: fc.constant("chain" as const), steps: some(1, 4), errs, link });
    const group: fc.Arbitrary<Node> = fc.record({ kind: fc.constant("group" as const), members: some(0, 4), errs });
    const chord: fc.Arbitrary<Node> = fc.record({
      kind: fc.constant("chord" as const),
      ...{ header: some(0, 3), body: tie("node"), errs, link },
    });
    return {
      node: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        { arbitrary: task, weight: 4 },
        { arbitrary: replaced, weight: 1 },
        { arbitrary: chain, weight: 4 },
        { arbitrary: group, weight: 3 },
        { arbitrary: chord, weight: 3 },
      ),
    };
  });
  return node.map((tree) => numbered(tree, { next: 1 }));
}

/** Some random workflows, whose tags are all different; the same seed gives the same ones. */
export function sampleOf(size: number, seed: number): { readonly nodes: readonly Node[]; readonly calls: number } {
  const count = { next: 1 };
  const nodes = fc.sample(workflows(true), { numRuns: size, seed }).map((node) => numbered(node, count));
  return { nodes, calls: count.next - 1 };
}

/** A seed that nobody knows before; `UMBEL_SEED` repeats what a failure tells. */
export function anySeed(): number {
  return Number(process.env.UMBEL_SEED ?? Math.floor(Math.random() * 2 ** 31));
}

/** Gives each call and each errback a tag of its own. */
function numbered(node: Node, count: { next: number }): Node {
  const one = (inner: Node) => numbered(inner, count);
  const errs = node.errs.map(() => count.next++);
  switch (node.kind) {
    case "task": {
      const tag = count.next++;
      return { ...node, tag, errs, link: node.link.map(one), ...(node.tree && { tree: one(node.tree) }) };
    }
    case "chain":
      return { ...node, errs, steps: node.steps.map(one), link: node.link.map(one) };
    case "group":
      return { ...node, errs, members: node.members.map(one) };
    case "chord":
      return { ...node, errs, header: node.header.map(one), body: one(node.body), link: node.link.map(one) };
  }
}

/** A workflow of the model as a signature. */
export function treeOf(node: Node): SignatureTree {
  const link = "link" in node && node.link.length > 0 ? { link: node.link.map(treeOf) } : {};
  const linkError = node.errs.map((tag) => ({ kind: "task", task: "model.errback", args: [tag] } as const));
  const extras = { ...link, ...(linkError.length > 0 && { linkError }) };
  switch (node.kind) {
    case "task": {
      const spec: Spec = { tag: node.tag, act: node.act, ...(node.tree && { tree: treeOf(node.tree) }) };
      return { ...extras, kind: "task", task: "model.step", args: [spec], immutable: node.immutable };
    }
    case "chain":
      return { ...extras, kind: "chain", steps: node.steps.map(treeOf) };
    case "group":
      return { ...extras, kind: "group", members: node.members.map(treeOf) };
    case "chord": {
      const header = { kind: "group", members: node.header.map(treeOf) } as const;
      return { ...extras, kind: "chord", header, body: treeOf(node.body) };
    }
  }
}

/** A value, or nothing: how a workflow begins. */
interface Good {
  readonly ok: true;
  readonly value: unknown;
}

/** A failure: the calls that it may have come from, and whether it has come through a gate. */
interface Bad {
  readonly ok: false;
  readonly tags: ReadonlySet<number>;
  readonly chord: boolean;
  /** It has just come out of a gate: whoever gets it first is the body. */
  readonly fresh?: boolean;
}

type Outcome = Good | Bad;

/** What a workflow ends in: an outcome, or one for each member of a group. An empty group may still have failed. */
export type Shape = Outcome | readonly Shape[] | { readonly empty: Bad };

/** What a workflow ends in, and what came to its end: a list that no member has broken is broken by that. */
interface End {
  readonly shape: Shape;
  readonly incoming: Outcome;
}

/** An errback that may be called once. */
interface Errback {
  readonly tag: number;
  called: boolean;
}

/** The interpreter of one workflow. */
export class Model {
  /** The calls that run. */
  readonly ran: Set<number> = new Set();
  /** How often each errback is called. */
  readonly called: Map<number, number> = new Map();
  readonly shape: Shape;

  constructor(node: Node) {
    this.shape = this.#run(node, NOTHING, []).shape;
  }

  /** @param later those of the errbacks that what follows calls: where the node ends in a group, its members leave them to that */
  #run(node: Node, incoming: Outcome, around: readonly Errback[], later: readonly Errback[] = []): End {
    const errbacks = [...around, ...node.errs.map((tag) => ({ tag, called: false }))];
    switch (node.kind) {
      case "task":
        return { shape: this.#task(node, incoming, errbacks), incoming };
      case "chain":
        return this.#chain(node, incoming, errbacks, later);
      case "group":
        return { shape: this.#guarded(node.members, incoming, errbacks, later), incoming };
      case "chord":
        return this.#chord(node, incoming, errbacks, later);
    }
  }

  #task(node: Node & { kind: "task" }, incoming: Outcome, errbacks: readonly Errback[]): Outcome {
    if (!incoming.ok) {
      if (incoming.fresh) this.#call(errbacks);
      return { ...incoming, fresh: false };
    }
    this.ran.add(node.tag);
    const outcome = this.#outcome(node, incoming);
    if (!outcome.ok) this.#call(errbacks);
    this.#links(node.link, outcome);
    return outcome;
  }

  #outcome(node: Node & { kind: "task" }, incoming: Good): Outcome {
    if (node.act === "fail") return { ok: false, tags: new Set([node.tag]), chord: false };
    if (node.act !== "replace" || !node.tree) {
      return { ok: true, value: valueOf(node.tag, node.immutable ? undefined : incoming.value) };
    }
    const outcome = collapse(this.#run(node.tree, NOTHING, []));
    return outcome.ok ? outcome : { ...outcome, fresh: false };
  }

  #chain(
    node: Node & { kind: "chain" },
    incoming: Outcome,
    errbacks: readonly Errback[],
    later: readonly Errback[],
  ): End {
    let current = incoming;
    let end: End = { shape: current, incoming };
    for (const [index, step] of node.steps.entries()) {
      end = this.#run(step, current, errbacks, index === node.steps.length - 1 ? later : errbacks);
      current = collapse(end);
    }
    this.#links(node.link, current);
    return end;
  }

  /** A group that is the body of a chord which fails: what would call the errbacks later does so at once. */
  #guarded(
    members: readonly Node[],
    incoming: Outcome,
    errbacks: readonly Errback[],
    later: readonly Errback[],
  ): Shape {
    if (!incoming.ok && incoming.fresh) this.#call(later);
    return this.#group(members, incoming, errbacks.filter((errback) => !later.includes(errback)));
  }

  #group(members: readonly Node[], incoming: Outcome, errbacks: readonly Errback[]): Shape {
    const shapes = members.flatMap((member) => {
      const own = errbacks.map(({ tag }) => ({ tag, called: false }));
      if (member.kind !== "group") return [this.#run(member, incoming, own).shape];
      const inner = [...own, ...member.errs.map((tag) => ({ tag, called: false }))];
      const shape = this.#group(member.members, incoming, inner);
      return Array.isArray(shape) ? shape : [];
    });
    return shapes.length === 0 && !incoming.ok ? { empty: incoming } : shapes;
  }

  #chord(
    node: Node & { kind: "chord" },
    incoming: Outcome,
    errbacks: readonly Errback[],
    later: readonly Errback[],
  ): End {
    const header = collapse({ shape: this.#guarded(node.header, incoming, errbacks, errbacks), incoming });
    const end = this.#run(node.body, header, errbacks, later);
    this.#links(node.link, collapse(end));
    return end;
  }

  #links(links: readonly Node[], outcome: Outcome): void {
    if (outcome.ok) { for (const link of links) this.#run(link, outcome, []); }
  }

  #call(errbacks: readonly Errback[]): void {
    for (const errback of errbacks) {
      if (errback.called) continue;
      errback.called = true;
      this.called.set(errback.tag, (this.called.get(errback.tag) ?? 0) + 1);
    }
  }
}

const NOTHING: Good = { ok: true, value: undefined };

/** The value of a shape for whoever comes next: a list, or the failure that its gate passes on. */
function collapse({ shape, incoming }: End): Outcome {
  if ("ok" in shape) return shape;
  // There is no gate behind an empty group: what comes next stands in its place.
  if ("empty" in shape) return shape.empty;
  if (!incoming.ok) return { ...incoming, fresh: false };
  const failures = failuresOf(shape);
  if (failures.length === 0) return { ok: true, value: listOf(shape) };
  return { ok: false, tags: new Set(failures.flatMap(({ tags }) => [...tags])), chord: true, fresh: true };
}

function failuresOf(shape: Shape): Bad[] {
  if ("ok" in shape) return shape.ok ? [] : [shape];
  return "empty" in shape ? [shape.empty] : shape.flatMap(failuresOf);
}

function listOf(shape: Shape): unknown {
  if ("ok" in shape) return shape.ok ? shape.value : undefined;
  return "empty" in shape ? [] : shape.map(listOf);
}

/** What is wrong with what came, in words; nothing when it is as it must be. Values are given with errors in their places. */
export function difference(actual: unknown, shape: Shape, path = "result"): string | undefined {
  if ("empty" in shape) return Array.isArray(actual) && actual.length === 0 ? undefined : `${path} must be empty`;
  if (!("ok" in shape)) {
    if (!Array.isArray(actual) || actual.length !== shape.length) return `${path} must be a list of ${shape.length}`;
    return shape.map((one, index) => difference(actual[index], one, `${path}[${index}]`)).find((words) => words);
  }
  if (shape.ok) {
    const [want, got] = [JSON.stringify(shape.value), JSON.stringify(actual)];
    return want === got ? undefined : `${path} must be ${want}: it is ${got ?? actual}`;
  }
  if (!(actual instanceof Error)) return `${path} must be a failure: it is ${JSON.stringify(actual)}`;
  const origin = shape.chord ? actual.cause : actual;
  const wanted = `${shape.chord ? "a ChordError of " : ""}${[...shape.tags].join(" or ")}`;
  const isRight = (actual.name === "ChordError") === shape.chord && origin instanceof Error &&
    shape.tags.has(Number(origin.message));
  return isRight ? undefined : `${path} must be ${wanted}: it is ${actual.name}: ${actual.message}`;
}
