/** What the model needs of fast-check, so that it is handed in and no door of Umbel depends on it. @module */

/** What draws values. */
export interface Draws<T> {
  /** Every drawing of fast-check has it; it tells what is drawn. */
  filter(predicate: (value: T) => boolean): unknown;
}

/** How long a drawn array is. */
export interface ArrayBounds {
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Without it, fast-check hardly ever draws more than ten items. */
  readonly size?: "max";
}

/** The part of fast-check that the model uses: hand in the module itself. */
export interface FastCheck {
  nat(max: number): Draws<number>;
  noShrink<T>(of: Draws<T>): Draws<T>;
  array<T>(of: Draws<T>, bounds: ArrayBounds): Draws<T[]>;
  asyncProperty<T>(of: Draws<T>, holds: (value: T) => Promise<void>): object;
  assert(property: object, options: { readonly numRuns: number; readonly seed?: number }): Promise<void>;
}

/** Decides what a step does, by the number that was drawn for it: the same number, the same decisions. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A number from 0, below a bound. */
  below(bound: number): number {
    return this.#random() % bound;
  }

  /** Yes, once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === times - 1;
  }

  /** One of a list, where there is one. */
  of<T>(list: readonly T[]): T | undefined {
    return list.length > 0 ? list[this.below(list.length)] : undefined;
  }

  /** The next number of a small generator, Mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return (bits ^ (bits >>> 14)) >>> 0;
  }
}
