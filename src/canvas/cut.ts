/** Partial application in types: which arguments may be given early, and which remain. @module */

/** Marks the object of named arguments among the arguments of a call, so that types can tell it from positional ones. */
declare const named: unique symbol;

/** The last argument of a task with `kwargs`. The mark is never there when it runs. */
export interface NamedArguments {
  readonly [named]?: never;
}

/** Of `any` nobody knows it, so it is one value like others. */
type IsNamed<T> = [T] extends [never] ? false : 0 extends 1 & T ? false : typeof named extends keyof T ? true : false;

/** The arguments of a call, taken apart: positional ones, and the object of named ones (never when there is none). */
export interface CallShape {
  readonly positional: readonly unknown[];
  readonly named: unknown;
}

interface Shape<P extends readonly unknown[], N> extends CallShape {
  readonly positional: P;
  readonly named: N;
}

/** Takes the arguments of a call apart. */
export type ShapeOf<Args extends readonly unknown[]> = Args extends readonly [...infer P, infer L]
  ? IsNamed<L> extends true ? Shape<P, L> : Shape<Args, never>
  : OptionalNamed<Args>;

/** Named arguments that may be left out stand behind the positional ones, which may be left out or not. */
type OptionalNamed<Args extends readonly unknown[], P extends readonly unknown[] = []> = number extends Args["length"]
  ? Shape<[...P, ...Args], never>
  : Args extends readonly [infer H, ...infer T] ? OptionalNamed<T, [...P, H]>
  : Args extends readonly [(infer H)?] ? IsNamed<H> extends true ? Shape<P, H> : Shape<[...P, ...Args], never>
  : Args extends readonly [(infer H)?, ...infer T] ? OptionalNamed<T, [...P, H?]>
  : Shape<P, never>;

/** A tuple without its first element. Of an array there is no first one. */
type Rest<T extends readonly unknown[]> = T extends readonly [unknown?, ...infer R]
  ? number extends T["length"] ? T extends readonly [unknown, ...infer F] ? F : never
  : T extends readonly [] ? never
  : R
  : never;

/** All the ends of a list of arguments: what may be given of it when the beginning is to come. */
type Ends<T extends readonly unknown[]> = T | ([Rest<T>] extends [never] ? [] : Ends<Rest<T>>);

/** What may be given of a call before the rest of it is known. */
export type Given<Args extends readonly unknown[], S extends CallShape = ShapeOf<Args>> =
  | Ends<S["positional"]>
  | ([S["named"]] extends [never] ? never : [...Ends<S["positional"]>, Partial<S["named"]>]);

/** What remains of positional arguments when the end of them is given: each beginning that leaves just what was given. */
type Before<T extends readonly unknown[], G extends readonly unknown[], P extends readonly unknown[] = []> =
  | (G extends T ? number extends T["length"] ? T extends readonly [unknown, ...unknown[]] ? P : [...P, ...T] : P
    : never)
  | ([Rest<T>] extends [never] ? never : Before<Rest<T>, G, [...P, T[0]]>);

type PositionalLeft<T extends readonly unknown[], G extends readonly unknown[]> = G extends readonly [] ? T
  : Before<T, G>;

type NamedLeft<N, Has> = Record<never, never> extends Omit<N, keyof Has> ? [kwargs?: Partial<N>]
  : [kwargs: Omit<N, keyof Has> & Partial<N> & NamedArguments];

/** Positional arguments where something may follow them: those that may be left out must be given then. */
type Closed<T extends readonly unknown[], More extends readonly unknown[]> = More extends readonly [unknown]
  ? Required<T>
  : T;

/** What remains of a call's arguments when some are given: those before them, and the named ones that are missing. */
export type Left<Args extends readonly unknown[], G extends readonly unknown[], S extends CallShape = ShapeOf<Args>> =
  [S["named"]] extends [never] ? PositionalLeft<S["positional"], G>
    : G extends readonly [...infer P, infer L]
      ? G extends Ends<S["positional"]> ? WithNamed<PositionalLeft<S["positional"], G>, S["named"], unknown>
      : WithNamed<PositionalLeft<S["positional"], P>, S["named"], L>
    : WithNamed<S["positional"], S["named"], unknown>;

type WithNamed<P extends readonly unknown[], N, Has> = P extends unknown
  ? [...Closed<P, NamedLeft<N, Has>>, ...NamedLeft<N, Has>]
  : never;
