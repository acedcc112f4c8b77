/** Makes signatures of a task: partial calls, and calls for each of many items. @module */
import { withCallee } from "../canvas/callee.ts";
import type { Given, Left } from "../canvas/cut.ts";
import type { AsyncResult } from "../canvas/handles.ts";
import { group, type GroupSignature } from "../canvas/primitives.ts";
import { type Sender, Signature } from "../canvas/signature.ts";
import { MAP, STARMAP } from "../protocol/built_in.ts";
import { calleeFor, eachCallee, type TaskCallee } from "./callee.ts";
import type { TaskDefinition } from "./definition.ts";

/** A signature of one task. */
export type TaskSignature<Remaining extends readonly unknown[], Result> = Signature<
  Remaining,
  Result,
  AsyncResult<Result>
>;

/** A signature that calls a task for each item; the items remain when they are not given. */
export type EachSignature<Given extends readonly unknown[], Item, Result> = TaskSignature<
  Given extends readonly [] ? [items: readonly Item[]] : [],
  Result[]
>;

/** The signatures of a task with these arguments and this result. */
export interface Signatures<Args extends readonly unknown[], Result> {
  /**
   * A call as a value, with the last of its arguments, or all, or none. What is missing is put in front when it is known:
   * `add.s(2)` called with 8 is `add(8, 2)`. As a step of a chain it gets its predecessor's result there.
   */
  s<const G extends Given<Args>>(...given: G): TaskSignature<Left<Args, G>, Result>;
  /** An immutable call, with all of its arguments: it takes nothing from a predecessor, wherever it stands. */
  si(...args: Args): TaskSignature<readonly unknown[], Result>;
  /** Calls it with each of these items in turn, within one task. Without items, they are what a predecessor gives. */
  map<I extends readonly [items?: readonly Args[0][]]>(...items: I): EachSignature<I, Args[0], Result>;
  /** The same with lists of arguments. */
  starmap<I extends readonly [items?: readonly Args[]]>(...items: I): EachSignature<I, Args, Result>;
  /** Cuts lists of arguments into parts of `size` and makes a group of their starmaps. */
  chunks(items: Iterable<Args>, size: number): GroupSignature<[], Result[][]>;
}

/** The signatures of a task; `sender` is who sends them. */
export function signaturesOf<Args extends readonly unknown[], Result>(
  definition: TaskDefinition,
  sender?: Sender,
): Signatures<Args, Result> {
  const callee = calleeFor(definition);
  const make = <R extends readonly unknown[]>(
    given: readonly unknown[],
    immutable?: true,
  ): TaskSignature<R, Result> => {
    const called = {
      kind: "task",
      task: callee.name,
      ...callee.split(given),
      ...(immutable && { immutable }),
    } as const;
    return new Signature(withCallee(called, callee), sender);
  };
  const each = <R extends readonly unknown[]>(
    task: TaskCallee["each"] & string,
    items?: readonly unknown[],
  ): TaskSignature<R, Result[]> => {
    const args = items === undefined ? [callee.name] : [items, callee.name];
    return new Signature(withCallee({ kind: "task", task, args }, eachCallee(callee, task)), sender);
  };
  return {
    s: (...given) => make(given),
    si: (...args) => make(args, true),
    map: (...items) => each(MAP, ...items),
    starmap: (...items) => each(STARMAP, ...items),
    chunks: (items, size) => group(cut([...items], size).map((part) => each<[]>(STARMAP, part))),
  };
}

function cut<T>(items: readonly T[], size: number): T[][] {
  if (!(Number.isInteger(size) && size > 0)) {
    throw new RangeError(
      `Cannot make chunks as their size must be a whole number of at least 1: current value is ${size}`,
    );
  }
  const parts: T[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}
