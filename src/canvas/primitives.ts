/** The primitives: chain, group, chord, and calls by name. @module */
import type { GroupTree } from "../protocol/signature.ts";
import type { AsyncResult, GroupResult } from "./handles.ts";
import { type CallOptions, toSignatureOptions } from "./options.ts";
import {
  type AnySignature,
  chainOf,
  type Gives,
  type HandleOf,
  senderOf,
  Signature,
  type Takes,
  treeOf,
} from "./signature.ts";

/** A signature that takes one argument of this type, in front. */
export interface StepAfter<Previous> {
  readonly "~types"?: { readonly takes: (args: [Previous]) => void };
}

/** What the step at `I` of a chain must take: what the step before it gives. `P` is the chain with one more in front. */
type FitsChain<P extends readonly unknown[], I> = I extends "0" ? unknown
  : I extends keyof P ? StepAfter<Gives<P[I]>>
  : never;

type LastOf<S extends readonly unknown[]> = S extends readonly [...unknown[], infer L] ? L : S[number];

/**
 * One after the other: each step takes the result of the one before as its first argument.
 *
 * A group that is followed by a step makes a chord: the step takes the list. When a step fails, every later one fails
 * with the same failure, at once.
 */
export function chain<const S extends readonly AnySignature[]>(
  ...steps: { [I in keyof S]: S[I] & FitsChain<readonly [never, ...S], I> }
): Signature<Takes<S[0]>, Gives<LastOf<S>>, HandleOf<LastOf<S>>> {
  if (steps.length === 0) throw new TypeError("Cannot make a chain as it must have at least one step");
  return chainOf(steps);
}

/** Signatures side by side. A group within a group is spliced in: its members become members. */
export class GroupSignature<
  Remaining extends readonly unknown[] = never,
  Results extends readonly unknown[] = readonly unknown[],
> extends Signature<Remaining, Results, GroupResult<Results>> {
  /** Only for the compiler, to tell it from a signature that only ends in a group: never there when it runs. */
  declare readonly "~results": Results | undefined;
}

/** What all of these members take: of several kinds, only what fits each. */
type TakesAll<M> = [M] extends [never] ? readonly unknown[]
  : [M] extends [{ readonly "~types"?: { takes: (args: infer A extends readonly unknown[]) => void } }] ? A
  : never;

/**
 * The values of a group's members: those of a group within it are spliced in.
 *
 * Only such groups are worth going from member to member, which takes the compiler time by the square of the members and
 * ends at a thousand of them.
 */
type ResultsOf<S extends readonly unknown[]> = true extends IsGroup<S[number]> ? Spliced<S>
  : { -readonly [I in keyof S]: Gives<S[I]> };

type IsGroup<M> = M extends { readonly "~results"?: infer _ extends readonly unknown[] } ? true : false;

type Spliced<S extends readonly unknown[], Done extends readonly unknown[] = []> = S extends
  readonly [infer H, ...infer T] ? Spliced<T, [...Done, ...ValuesOf<H>]>
  : number extends S["length"] ? [...Done, ...ValuesOf<S[number]>[number][]]
  : Done;

type ValuesOf<M> = M extends { readonly "~results": (infer V extends readonly unknown[]) | undefined } ? V : [Gives<M>];

/**
 * Side by side: all members are sent at once, and the result has their values in their order.
 *
 * Members are given one by one, and the result is a tuple; or as an array, and the result is an array.
 */
export function group<const S extends readonly AnySignature[]>(
  ...members: S
): GroupSignature<TakesAll<S[number]>, ResultsOf<S>>;
/** The same for any number of members of one kind. */
export function group<S extends AnySignature>(
  members: Iterable<S>,
): GroupSignature<TakesAll<S>, ValuesOf<S>[number][]>;
export function group(...given: readonly (AnySignature | Iterable<AnySignature>)[]): AnySignature {
  const members = given.flatMap(listOf);
  return new GroupSignature(groupTree(members), senderOf(members));
}

function listOf(given: AnySignature | Iterable<AnySignature>): readonly AnySignature[] {
  return Symbol.iterator in Object(given) ? [...given as Iterable<AnySignature>] : [given as AnySignature];
}

function groupTree(members: readonly AnySignature[]): GroupTree {
  return { kind: "group", members: members.map(treeOf) };
}

/** Side by side, then the body with the list of all results. */
export function chord<Remaining extends readonly unknown[], const Results extends readonly unknown[], R, H>(
  header: GroupSignature<Remaining, Results>,
  body: Signature<[Results], R, H>,
): Signature<Remaining, R, H>;
/** The same with the header's members in an array. */
export function chord<const S extends readonly AnySignature[], R, H>(
  header: S,
  body: Signature<[ResultsOf<S>], R, H>,
): Signature<TakesAll<S[number]>, R, H>;
/** The same with any number of members of one kind. */
export function chord<S extends AnySignature, R, H>(
  header: Iterable<S>,
  body: Signature<[ValuesOf<S>[number][]], R, H>,
): Signature<TakesAll<S>, R, H>;
export function chord(header: AnySignature | Iterable<AnySignature>, body: AnySignature): AnySignature {
  const members = listOf(header);
  const tree = header instanceof Signature && header.tree.kind === "group" ? header.tree : groupTree(members);
  return new Signature({ kind: "chord", header: tree, body: treeOf(body, "body") }, senderOf([...members, body]));
}

/**
 * A call of a task by its name, for one whose contract this process does not have. Only the worker can check it.
 *
 * A call that is not immutable may stand anywhere in a workflow: nobody knows how much it still needs.
 */
export function signature<Result = unknown>(
  task: string,
  args: readonly unknown[] = [],
  options: CallOptions & {
    readonly kwargs?: Readonly<Record<string, unknown>>;
    /** It takes nothing from a predecessor. */
    readonly immutable?: boolean;
  } = {},
): Signature<readonly unknown[], Result, AsyncResult<Result>> {
  if (typeof task !== "string" || task === "") {
    throw new TypeError(`Cannot make a signature as it must name its task in a text: current value is ${typeof task}`);
  }
  if (!Array.isArray(args)) {
    throw new TypeError(`Cannot make a signature of ${task} as args must be an array: current value is ${typeof args}`);
  }
  const { kwargs, immutable, ...rest } = options;
  const more = { ...(kwargs && { kwargs }), ...(immutable && { immutable }) };
  return new Signature({ kind: "task", task, args, ...more, options: toSignatureOptions(rest) });
}
