/** Errbacks on their way into a plan: those of a chain are shared by its steps, since only one of them can fail. @module */
import type { MessageHop } from "../protocol/message.ts";
import type { SignatureTree } from "../protocol/signature.ts";

/** The errbacks of one signature, or of a task whose place a workflow takes. */
export class Errbacks {
  readonly #trees: readonly SignatureTree[];
  readonly #given: boolean;
  #hops: readonly MessageHop[] | undefined;
  #taken = false;

  constructor(trees: readonly SignatureTree[], hops?: readonly MessageHop[]) {
    this.#trees = trees;
    this.#hops = hops;
    this.#given = hops !== undefined;
  }

  /**
   * The letters of the errbacks. Plans are made backwards, so the first who asks is the last that may send them: it drops
   * them when it succeeds, all others keep them for it.
   */
  take(plan: (tree: SignatureTree) => MessageHop): readonly MessageHop[] {
    const hops = this.#hops ??= this.#trees.map(plan);
    const keep = this.#taken;
    this.#taken = true;
    return keep ? hops.map(({ id, queue, priority }) => ({ id, queue, priority, keep })) : hops;
  }

  /**
   * The same errbacks once more, such as for each member of a group: each may fail. Those of a task whose place a workflow
   * takes are called once, whatever in the workflow fails.
   */
  fork(): Errbacks {
    return this.#given ? this : new Errbacks(this.#trees);
  }
}
