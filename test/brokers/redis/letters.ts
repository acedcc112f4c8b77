/** Letters for tests of what is Redis's own. */
import { newId } from "../../../src/base/ids.ts";
import type { Letter } from "../../../src/broker.ts";

/** A letter in the queue "q" that nobody has sent before. */
export const letter = (fields: Partial<Letter> = {}): Letter => ({
  id: newId(),
  queue: "q",
  priority: 0,
  text: "x",
  ...fields,
});

/** So many of them. */
export const letters = (count: number): Letter[] => Array.from({ length: count }, () => letter());

/** The ids of letters or of deliveries, in order. */
export const ids = (things: readonly { readonly id: string }[]): string[] => things.map(({ id }) => id).sort();
