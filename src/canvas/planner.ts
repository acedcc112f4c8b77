/**
 * Plans workflows: backwards, from the end to the beginning, so that each task is made when what follows it is known.
 *
 * @module
 */
import { deriver, slotOf } from "../base/ids.ts";
import { LAUNCH, RELAY } from "../protocol/built_in.ts";
import type { MessageHop } from "../protocol/message.ts";
import type {
  ChainTree,
  ChordTree,
  GroupTree,
  SignatureDefaults,
  SignatureTree,
  TaskTree,
} from "../protocol/signature.ts";
import { calleeOf } from "./callee.ts";
import { fixedId } from "./fixed_id.ts";
import { mergeOptions } from "./options.ts";
import {
  type After,
  endsInGroup,
  leafOf,
  type Placement,
  type Plan,
  type PlanEnv,
  type PlannedTask,
  type ResultShape,
} from "./plan.ts";
import { membersOf, narrowed, ofCallback, type Scope, type Tap, without } from "./scope.ts";

/** A message names this many letters that follow it; more are named by relays. */
const INLINE = 8;

/** How many letters one relay names. */
const SLICE = 500;

/** How a part of a workflow begins, and the shape of its result. */
export interface Part {
  readonly entries: readonly PlannedTask[];
  readonly result: ResultShape;
}

/** What one says who says nothing: one object, so that what is made of it is made once. */
const NONE = {};

/** What is known of a task before its place in the workflow is. */
type Made = Pick<PlannedTask, "task" | "tree" | "defaults" | "options" | "queue" | "priority" | "relay">;

/** A gate, and how many members it waits for. */
type Gate = Plan["gates"][number];

/** Makes the tasks and gates of one plan. */
export class Planner {
  readonly tasks: PlannedTask[] = [];
  readonly gates: Gate[] = [];
  readonly #seed: string;
  readonly #derive: (label: string) => string;
  readonly #env: PlanEnv;
  /** The ids that parts were given beside the seed. */
  readonly given: Set<string> = new Set();
  #groups = 0;

  /** @param seed what ids are derived from */
  constructor(seed: string, env: PlanEnv) {
    this.#seed = seed;
    this.#derive = deriver(seed);
    this.#env = env;
  }

  /** Plans one part of the workflow. `id` is that of its result, where it has one already. */
  part(tree: SignatureTree, after: After, around: Scope, id?: string): Part {
    const scope = narrowed(tree, around, this.#env.now);
    const then = tree.link ? { ...after, next: [...after.next, ...this.#callbacks(tree.link, scope)] } : after;
    const own = this.#checkedId(fixedId(tree), id);
    switch (tree.kind) {
      case "task":
        return this.#task(tree, then, scope, own);
      case "chain":
        return this.#chain(tree, then, scope, own);
      case "group":
        return this.#group(tree, then, scope, own);
      case "chord":
        return this.#chord(tree, then, scope, own);
    }
  }

  #checkedId(own: string | undefined, id: string | undefined): string | undefined {
    if (own === undefined || own === id) return id;
    const refuse = (must: string) => {
      throw new RangeError(`Cannot send a workflow as ${must}: current value is ${own}`);
    };
    if (id !== undefined) refuse(`the id of its end must be ${id} here`);
    if (slotOf(own) !== slotOf(this.#seed)) {
      refuse(
        `all its ids must end in the same byte as ${this.#seed}, so one key at most may stand in it`,
      );
    }
    if (own === this.#seed || this.given.has(own)) refuse("an id must stand in it once");
    this.given.add(own);
    return own;
  }

  #callbacks(links: readonly SignatureTree[], scope: Scope): readonly PlannedTask[] {
    return links.flatMap((callback) => this.part(callback, { next: [] }, ofCallback(scope)).entries);
  }

  #task(tree: TaskTree, after: After, scope: Scope, id: string | undefined): Part {
    const defaults = this.#defaultsOf(tree);
    const options = scope.start ? mergeOptions(scope.options, scope.start) : scope.options;
    const route = this.#env.route(tree.task, defaults, options);
    const task = this.#add({ ...route, task: tree.task, tree, defaults, options }, after, scope, id);
    return { entries: [task], result: { kind: "task", id: task.id } };
  }

  #chain({ steps }: ChainTree, after: After, scope: Scope, id: string | undefined): Part {
    const last = steps.length - 1;
    const results: ResultShape[] = [];
    let then = after;
    let entries: readonly PlannedTask[] = [];
    for (const [index, step] of [...steps.entries()].reverse()) {
      const before = steps[index - 1];
      const body = before === undefined ? scope.body : endsInGroup(before);
      const later = index === last ? scope.later : scope.errors;
      const inner = { ...without(scope, { start: index > 0, first: index > 0 }), body, later };
      const part = this.part(step, then, inner, index === last ? id : undefined);
      entries = part.entries;
      then = { next: entries };
      results.push(part.result);
    }
    for (const [index, result] of results.entries()) follow(result, results[index + 1]);
    const [result = { kind: "group", id: this.#seed, members: [] }] = results;
    return { entries, result };
  }

  #chord(tree: ChordTree, after: After, scope: Scope, id: string | undefined): Part {
    const body = this.part(tree.body, after, { ...without(scope, { start: true, first: true }), body: true }, id);
    const header = this.part(tree.header, { next: body.entries }, { ...scope, later: scope.errors });
    follow(body.result, header.result);
    return { entries: header.entries, result: body.result };
  }

  #group(tree: GroupTree, after: After, scope: Scope, given: string | undefined): Part {
    // The gate is the workflow's own: a group with an id may stand in many.
    const gate = this.#derive(`group ${++this.#groups}`);
    const id = given ?? gate;
    const { later } = scope;
    const errors = scope.errors.filter((errbacks) => !later.includes(errbacks));
    const taps: Tap[] = [];
    const members = membersOf({ tree, scope: { ...scope, errors, later: [] } }, this.#env.now, taps);
    const tapped = new Map(taps.map((tap) => [tap, this.#tap(tap)]));
    const isWanted = after.next.length > 0 || after.gate !== undefined;
    const size = members.length;
    const isEmpty = isWanted && size === 0;
    const hop = isWanted && size > 0 ? this.#gate({ id: gate, size }, id, after, scope) : undefined;
    const parts = members.map((member, index) =>
      this.part(
        member.tree,
        {
          next: member.taps.flatMap((tap) => tapped.get(tap)?.arrival() ?? []),
          group: { id, index },
          gate: hop && { id: gate, index, hop },
        },
        { ...member.scope, first: scope.first && index === 0, errors: member.scope.errors.map((one) => one.fork()) },
      )
    );
    const begun = parts.flatMap((part) => part.entries);
    if (hop || taps.length > 0) { for (const entry of begun) entry.enter++; }
    const empty = isEmpty ? [this.#relay(after, scope, [])] : [];
    const entries = [...begun, ...empty, ...[...tapped.values()].flatMap((one) => one.entries)];
    const result: ResultShape = { kind: "group", id, members: parts.map((part) => part.result) };
    return { entries: this.#guarded(entries, scope), result };
  }

  /** A gate of its own for a group within a group, whose callbacks get its list; at once, where it has no members. */
  #tap({ links, scope, size }: Tap): { entries: readonly PlannedTask[]; arrival: () => readonly PlannedTask[] } {
    const inner = without(scope, { start: true, first: true });
    const after = { next: this.#callbacks(links, inner) };
    if (size === 0) return { entries: [this.#relay(after, without(scope, { first: true }), [])], arrival: () => [] };
    const id = this.#derive(`group ${++this.#groups}`);
    const hop = this.#gate({ id, size }, id, after, inner);
    let index = 0;
    return { entries: [], arrival: () => [this.#relay({ next: [], gate: { id, index: index++, hop } }, inner)] };
  }

  /**
   * A chord that is the body of another fails as a whole, when that one does: a relay before its members calls the errbacks
   * that its own body would call. It is the group that is guarded, wherever it stands in what makes the chord.
   */
  #guarded(entries: readonly PlannedTask[], scope: Scope): readonly PlannedTask[] {
    const [first] = entries;
    if (first === undefined || !scope.body || scope.later.length === 0) return entries;
    const { queue, priority } = first;
    const made = { queue, priority, task: RELAY, defaults: NONE, options: NONE, relay: {} };
    return [this.#add(made, { next: entries }, { ...scope, errors: scope.later })];
  }

  /** The gate of a group whose list is wanted, and the letter that gets the list: the one that follows, or a relay. */
  #gate(gate: Gate, group: string, after: After, scope: Scope): MessageHop {
    this.gates.push(gate);
    const [only, ...more] = after.next;
    const isDirect = only !== undefined && more.length === 0 && after.gate === undefined;
    const hop = isDirect ? only : this.#relay(after, without(scope, { start: true, first: true }));
    adopt([hop], group);
    return hop;
  }

  /** A task that hands on what it gets, or a value. It goes where what it leads to goes. */
  #relay(after: After, scope: Scope, value?: unknown): PlannedTask {
    const { queue, priority } = after.next[0] ?? after.gate?.hop ?? this.#env.route(RELAY, {}, {});
    const relay = value === undefined ? {} : { value };
    return this.#add({ queue, priority, task: RELAY, defaults: NONE, options: scope.start ?? NONE, relay }, after, {
      ...scope,
      errors: [],
    });
  }

  /** The last task of a workflow that takes the place of a task and gives a list: it has the task's id and name. */
  end({ id, task, route, after }: Placement, scope: Scope): PlannedTask {
    return this.#add(
      { ...route, task, defaults: NONE, options: NONE, relay: {} },
      after,
      { ...scope, first: false },
      id,
    );
  }

  #add(made: Made, after: After, scope: Scope, given?: string): PlannedTask {
    const next = this.#fan(after.next);
    const fail = scope.errors.flatMap((errbacks) => errbacks.take((tree) => this.#errback(tree, scope)));
    const isDerived = given === undefined && !scope.first;
    const id = given ?? this.#derive(isDerived ? String(this.tasks.length) : "root");
    const task: PlannedTask = {
      ...made,
      id,
      next,
      fail,
      gate: after.gate,
      group: after.group,
      isDerived,
      head: false,
      enter: 0,
    };
    this.tasks.push(task);
    if (made.relay === undefined) adopt(next, id);
    return task;
  }

  #defaultsOf(tree: TaskTree): SignatureDefaults {
    return (calleeOf(tree) ?? this.#env.find(tree.task))?.options ?? tree.defaults ?? NONE;
  }

  /** What one message can name: the letters themselves, or relays to them. */
  #fan(hops: readonly MessageHop[]): readonly MessageHop[] {
    if (hops.length <= INLINE) return hops;
    const relays: PlannedTask[] = [];
    for (let from = 0; from < hops.length; from += SLICE) {
      const slice = hops.slice(from, from + SLICE);
      const { queue, priority } = hops[from] ?? this.#env.route(RELAY, {}, {});
      const id = this.#derive(String(this.tasks.length));
      const relay = {
        id,
        queue,
        priority,
        task: RELAY,
        defaults: NONE,
        options: NONE,
        next: slice,
        fail: [],
        isDerived: true,
        head: false,
        enter: 0,
        relay: {},
      };
      this.tasks.push(relay);
      relays.push(relay);
    }
    return this.#fan(relays);
  }

  /** An errback is one letter, so that whoever does not need it can drop it. A whole workflow waits to be launched. */
  #errback(tree: SignatureTree, scope: Scope): MessageHop {
    const isOne = tree.kind === "task" && !tree.link && !tree.linkError;
    const [entry] = this.part(isOne ? tree : this.#launch(tree), { next: [] }, ofCallback(scope)).entries;
    if (entry) return entry;
    throw new TypeError("Cannot use an errback as it must call a task: current value calls none");
  }

  /** A task that becomes a workflow when it runs, in the queue where that begins. */
  #launch(tree: SignatureTree): TaskTree {
    const leaf = leafOf(tree);
    const { queue } = this.#env.route(LAUNCH, leaf ? this.#defaultsOf(leaf) : {}, leaf?.options ?? {});
    return { kind: "task", task: LAUNCH, args: [tree], options: { queue } };
  }
}

/** Tells the tasks that follow who comes before them, through relays. */
function adopt(hops: readonly MessageHop[], parent: string): void {
  for (const hop of hops) {
    if (!isPlanned(hop)) continue;
    hop.parent ??= parent;
    if (hop.task === RELAY) adopt(hop.next, parent);
  }
}

/** Tells the end of a workflow what came before its beginning. */
function follow(result: ResultShape, parent: ResultShape | undefined): void {
  let first = result;
  while (first.parent) first = first.parent;
  first.parent = parent;
}

function isPlanned(hop: MessageHop): hop is PlannedTask {
  return "task" in hop;
}
