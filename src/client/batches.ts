/** Cuts letters into requests. @module */
import type { Letter } from "../broker.ts";

/** Letters that travel in one request. */
export const BATCH = 1_000;

/** The texts that travel in one request, in characters together: a provider bounds a request by its size. */
const BATCH_SIZE = 4_000_000;

/** Letters in as few parts as they fit into. */
export function batchesOf(letters: readonly Letter[]): Letter[][] {
  const batches: Letter[][] = [];
  let batch: Letter[] = [];
  let left = 0;
  for (const letter of letters) {
    left -= letter.text.length;
    if (left < 0 || batch.length >= BATCH) {
      batches.push(batch = []);
      left = BATCH_SIZE;
    }
    batch.push(letter);
  }
  return batches;
}
