/** Cuts letters into requests. @module */
import type { Letter } from "../broker.ts";

/** Letters that travel in one request. */
export const BATCH = 1_000;

/** The texts that travel in one request, in characters together: a provider bounds a request by its size. */
const BATCH_SIZE = 4_000_000;

/** Letters in as few parts as they fit into. */
export function batchesOf(letters: readonly Letter[]): Letter[][] {
  const batches: Letter[][] = [];
  let size = Infinity;
  for (const letter of letters) {
    const batch = batches.at(-1);
    size += letter.text.length;
    if (batch && batch.length < BATCH && size <= BATCH_SIZE) batch.push(letter);
    else {
      batches.push([letter]);
      size = letter.text.length;
    }
  }
  return batches;
}
