/** Going on at once where there is nothing to wait for. @module */

/** Calls a function on a value, or on what a promise gives: a promise only where the value was one. */
export function then<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
