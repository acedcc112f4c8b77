/** What the parts of a workflow take from the workflow around them. @module */
import { toMilliseconds } from "../base/duration.ts";
import type { GroupTree, SignatureOptions, SignatureTree } from "../protocol/signature.ts";
import { Errbacks } from "./errbacks.ts";
import { mergeOptions } from "./options.ts";
import type { Placement } from "./plan.ts";

/** What a part takes from around it. */
export interface Scope {
  /** Options for every task that does not say otherwise itself. */
  readonly options: SignatureOptions;
  /** When the part may begin. */
  readonly start: Pick<SignatureOptions, "countdown" | "eta"> | undefined;
  readonly errors: readonly Errbacks[];
  /** Those of the errbacks that what follows calls: where the part ends in a group, its members leave them to that. */
  readonly later: readonly Errbacks[];
  /** The first task of the part is the first of the whole workflow. */
  readonly first: boolean;
  /** The part comes right behind a gate: it fails as a body does, and its errbacks are called, when that does not open. */
  readonly body: boolean;
}

/** The scope of a whole workflow. */
export const WHOLE: Scope = { options: {}, start: undefined, errors: [], later: [], first: true, body: false };

/** The errbacks of a task whose place a workflow takes. */
export function errorsOf({ fail }: Placement): readonly Errbacks[] {
  return fail.length > 0 ? [new Errbacks([], fail)] : [];
}

/** The scope of callbacks: they take the headers alone. */
export function ofCallback({ options: { headers } }: Scope): Scope {
  return { options: headers ? { headers } : {}, start: undefined, errors: [], later: [], first: false, body: false };
}

/** The scope within a part: its own options win over those around it. */
export function narrowed(tree: SignatureTree, scope: Scope, now: () => number): Scope {
  const { options, linkError } = tree;
  const errors = linkError ? [...scope.errors, new Errbacks(linkError)] : scope.errors;
  if (options === undefined) return linkError ? { ...scope, errors } : scope;
  const { countdown, eta, id: _id, idempotencyKey: _key, ...own } = options;
  const starts = countdown !== undefined || eta !== undefined;
  return {
    ...scope,
    options: mergeOptions(scope.options, tree.kind === "task" ? own : withDeadline(own, now)),
    start: starts ? { countdown, eta } : scope.start,
    errors,
  };
}

/** A task that expires does so after it could begin; a workflow that expires does so after it was sent, as a whole. */
function withDeadline({ expires, ...options }: SignatureOptions, now: () => number): SignatureOptions {
  if (expires === undefined) return options;
  return { ...options, expires: typeof expires === "number" ? expires : now() + toMilliseconds(expires, "expires") };
}

/** A scope without some of what it passes on. */
export function without(scope: Scope, parts: { start?: boolean; first?: boolean }): Scope {
  return {
    ...scope,
    ...(parts.start && { start: undefined }),
    ...(parts.first && { first: false }),
  };
}

/** A group within a group that has callbacks: its members are members of the outer one, and the callbacks get its own list. */
export interface Tap {
  readonly links: readonly SignatureTree[];
  readonly scope: Scope;
  /** How many members it has. */
  size: number;
}

/** A member of a group, with what it takes from the groups around it. */
export interface Member<T = SignatureTree> {
  readonly tree: T;
  readonly scope: Scope;
  /** The groups with callbacks that it is a member of, within the group. */
  readonly taps: readonly Tap[];
}

/**
 * The members of a group. A group among them is spliced in, with its options and errbacks on each of its members; those
 * with callbacks are added to `taps`.
 */
export function membersOf(
  { tree, scope, taps: around = [] }: Omit<Member<GroupTree>, "taps"> & { readonly taps?: readonly Tap[] },
  now: () => number,
  taps: Tap[],
): Member[] {
  return tree.members.flatMap((member) => {
    if (member.kind !== "group") {
      for (const tap of around) tap.size++;
      return [{ tree: member, scope, taps: around }];
    }
    const inner = narrowed(member, scope, now);
    if (member.link === undefined) return membersOf({ tree: member, scope: inner, taps: around }, now, taps);
    const tap = { links: member.link, scope: inner, size: 0 };
    taps.push(tap);
    return membersOf({ tree: member, scope: inner, taps: [...around, tap] }, now, taps);
  });
}
