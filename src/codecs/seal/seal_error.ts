/** The error of what is not to be trusted: not sealed, altered, of an unknown key, or too old. @module */

/**
 * Why something was refused.
 *
 * - `unsealed`: it has no seal, and one is required
 * - `algorithm`: it is sealed in a way that is not accepted here
 * - `unknown key`: no key of that id is in the ring
 * - `altered`: the seal does not fit; the text was changed, or it was sealed for another id, queue, place or purpose
 * - `too old`: it was sealed too long ago
 */
export type SealReason = "unsealed" | "algorithm" | "unknown key" | "altered" | "too old";

const WORDS: Readonly<Record<SealReason, string>> = {
  "unsealed": "it must be sealed: it is not",
  "algorithm": "it must be sealed in a way that is accepted here: add it to accept while you change over",
  "unknown key": "its key must be in the key ring: add it to keys, then revive what was refused",
  "altered": "its seal must fit: it was changed, or it was sealed for another place",
  "too old": "it must be younger than maxAge",
};

/** What is sealed: a message, what a task sends to the next one, what came to a gate, a result, or a blob. */
export type SealedThing = "message" | "input" | "arrival" | "result" | "note" | "blob";

/** Something that is not to be trusted. A worker runs nothing of it, and keeps the message among the dead letters. */
export class SealError extends Error {
  override readonly name: string = "SealError";
  readonly reason: SealReason;

  constructor(thing: SealedThing, id: string, reason: SealReason) {
    super(`Cannot open the ${thing} of ${id} as ${WORDS[reason]}`);
    this.reason = reason;
  }
}
