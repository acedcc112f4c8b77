/** A list that keeps its items in order: cheap at both ends, where a queue takes in and hands out. @module */

/** Items in the order of a comparison that never finds two of them equal. */
export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number;
  #items: T[] = [];

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  /** How many items there are. */
  get size(): number {
    return this.#items.length;
  }

  /** The first item, which stays. */
  first(): T | undefined {
    return this.#items[0];
  }

  /** Takes the first item out. */
  shift(): T | undefined {
    return this.#items.shift();
  }

  /** Puts an item in its place. */
  add(item: T): void {
    const at = this.#placeOf(item);
    if (at === this.#items.length) this.#items.push(item);
    else this.#items.splice(at, 0, item);
  }

  /** Takes an item out, wherever it stands. */
  remove(item: T): void {
    const at = this.#placeOf(item);
    if (this.#items[at] === item) this.#items.splice(at, 1);
  }

  /** The first `limit` items, in order. */
  slice(limit: number): readonly T[] {
    return this.#items.slice(0, limit);
  }

  /** Where the item stands, or would stand. */
  #placeOf(item: T): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#items[middle];
      if (other !== undefined && this.#compare(other, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
