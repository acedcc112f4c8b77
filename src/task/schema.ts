/** What a contract's schemas mean for the types of a call. Schemas of `zod` and of `zod/mini` are the same here. @module */
import type { NamedArguments } from "../canvas/cut.ts";
import type { $ZodType, input, output } from "zod/v4/core";

/** A schema of `zod` or `zod/mini`. */
export type Schema<Output = unknown, Input = unknown> = $ZodType<Output, Input>;

/** The schemas of positional arguments. */
export type ArgSchemas = readonly Schema[];

/** A value or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

type IsOptional<S extends Schema> = S["_zod"]["optin"] extends "optional" | "defaulted" ? true : false;

type AllOptional<A extends ArgSchemas> = A extends readonly [infer H extends Schema, ...infer T extends ArgSchemas]
  ? IsOptional<H> extends true ? AllOptional<T> : false
  : true;

/** The arguments a caller gives; the last ones may be left out where their schemas say so. */
export type Inputs<A extends ArgSchemas> = A extends readonly [infer H extends Schema, ...infer T extends ArgSchemas]
  ? AllOptional<A> extends true ? [input<H>?, ...Inputs<T>] : [input<H>, ...Inputs<T>]
  : [];

/** The arguments a caller gives where something required follows them. */
type RequiredInputs<A extends ArgSchemas> = { -readonly [I in keyof A]: A[I] extends Schema ? input<A[I]> : never };

/** The arguments a handler gets, parsed. */
export type Outputs<A extends ArgSchemas> = { -readonly [I in keyof A]: A[I] extends Schema ? output<A[I]> : never };

/** Flattens an intersection, so that a tooltip shows what it is. */
type Shown<T> = T extends (...args: never) => unknown ? T : { [K in keyof T]: T[K] };

/** The named arguments of a caller, marked so that a signature can tell them from a positional one. */
type Named<K extends Schema> = Shown<input<K>> & NamedArguments;

/** All that a caller gives: positional arguments, then the named ones as one object where the contract has any. */
export type CallArgs<A extends ArgSchemas, X extends Schema, K extends Schema> = [X] extends [never]
  ? [K] extends [never] ? Inputs<A>
  : Record<never, never> extends input<K> ? [...Inputs<A>, kwargs?: Named<K>]
  : [...RequiredInputs<A>, kwargs: Named<K>]
  : [K] extends [never] ? [...Inputs<A>, ...input<X>[]]
  : [...RequiredInputs<A>, ...input<X>[], Named<K>];

/** All that a handler gets, parsed. */
export type HandlerArgs<A extends ArgSchemas, X extends Schema, K extends Schema> = [
  ...Outputs<A>,
  ...([X] extends [never] ? [] : output<X>[]),
  ...([K] extends [never] ? [] : [kwargs: Shown<output<K>>]),
];

/** What a handler may return. */
export type Returned<R extends Schema> = [R] extends [never] ? unknown : Awaitable<input<R>>;

/**
 * What a caller gets: the parsed result where the contract has a schema for it, else what the handler returns. Of a handler
 * that never returns, because a workflow takes its place, nobody knows it.
 */
export type ResultOf<R extends Schema, Out> = [R] extends [never] ? [Out] extends [never] ? unknown : Awaited<Out>
  : output<R>;
