/** Paths into values, as people write them: `args[0].user.born`. @module */

/** A step: a key, an index, or a part of a collection that has no keys of its own. */
export type Step = string | number | Part;

/** A part of a collection, such as the values of a `Map`. */
export interface Part {
  readonly name: string;
}

/** A step into a part of a collection. */
export function part(name: string): Part {
  return { name };
}

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** A longer key is cut in paths. */
const LONGEST_KEY = 40;

/** A path with more steps is cut in the middle. */
const MOST_STEPS = 24;

/** A path as text; the value itself, where it has neither a name nor steps, is `value`. */
export function formatPath(root: string, steps: readonly Step[]): string {
  const cut = steps.length > MOST_STEPS;
  const shown = cut ? [...steps.slice(0, 8), { name: "…" }, ...steps.slice(-8)] : steps;
  const text = shown.reduce(join, root);
  return text === "" ? "value" : text;
}

function join(path: string, step: Step): string {
  if (typeof step === "number") return `${path}[${step}]`;
  if (typeof step === "object") return step.name === "…" ? `${path}…` : `${path}.${step.name}()`;
  if (!NAME.test(step)) return `${path}[${JSON.stringify(shorten(step))}]`;
  return path === "" ? shorten(step) : `${path}.${shorten(step)}`;
}

function shorten(key: string): string {
  return key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY)}…` : key;
}
