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
