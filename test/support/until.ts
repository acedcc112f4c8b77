/** Waiting for a condition in tests: by looking again and again, with a limit generous enough for a busy machine. */

/**
 * Resolves with the first value that is neither `undefined` nor `false`; throws when none comes within the limit
 * (milliseconds).
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limit = 20_000,
): Promise<T> {
  const end = performance.now() + limit;
  while (true) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`Cannot go on as ${what} must come within ${limit} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
