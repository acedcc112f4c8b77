/** Gathers the keys and arguments of a script, and reads its answer. @module */

/** What a script answers: lists of texts, whole numbers and nothing. */
export type Answer = string | number | null | readonly Answer[];

/** The keys of a call, each once, named by their places. */
export class CallKeys {
  readonly list: string[];
  readonly #places = new Map<string, string>();

  /** @param list keys that stand before those that are gathered, and are not looked at */
  constructor(list: string[] = []) {
    this.list = list;
  }

  /** The place of a key, counted from one, as a script names it. */
  place(key: string): string {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = String(this.list.push(key));
    this.#places.set(key, place);
    return place;
  }
}

/** A list in an answer. */
export function listOf(answer: Answer | undefined): readonly Answer[] {
  if (typeof answer === "object" && answer !== null) return answer;
  throw unexpected("a list", answer);
}

/** A list of texts in an answer. */
export function textsOf(answer: Answer | undefined): readonly string[] {
  return listOf(answer).map((item) => typeof item === "string" ? item : textOf(item));
}

/** A list of names in an answer, each behind its mark. */
export function namesOf(answer: Answer | undefined): readonly string[] {
  return textsOf(answer).map((name) => name.slice(1));
}

/** A text in an answer. A client may have taken one for a number that looks the same. */
export function textOf(answer: Answer | undefined): string {
  if (typeof answer === "string") return answer;
  if (typeof answer === "number") return String(answer);
  throw unexpected("a text", answer);
}

/** A whole number in an answer. */
export function numberOf(answer: Answer | undefined): number {
  if (typeof answer === "number") return answer;
  throw unexpected("a number", answer);
}

/** Never the value itself: it may be somebody's data. */
function unexpected(what: string, answer: Answer | undefined): TypeError {
  const kind = answer === null ? "nothing" : Array.isArray(answer) ? "a list" : typeof answer;
  return new TypeError(`Cannot read the answer of Redis as it must be ${what}: current value is ${kind}`);
}
