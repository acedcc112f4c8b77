/** Reads the letters that follow a failed task: level by level, and soon all at once where the workflow's graph is known. @module */
import type { Broker } from "../broker.ts";
import { GRAPH_STATE, graphIdOf, type GraphTask, graphTasks } from "../canvas/graph_record.ts";
import { decodeResult } from "../protocol/result.ts";

/** Short workflows are read level by level; from this level on the graph is worth a look. */
const PATIENCE = 3;

/** As many letters are read ahead at once: about what one walk takes. */
const AHEAD = 1_000;

/** Reads held letters for one walk. A chain of a thousand steps would else cost a thousand reads, one after the other. */
export class HeldReader {
  readonly #broker: Pick<Broker, "held" | "read">;
  readonly #first: string;
  readonly #texts: Map<string, string | null> = new Map();
  #levels = 0;
  #tasks: Promise<ReadonlyMap<string, GraphTask>> | undefined;
  #places: readonly GraphTask[] = [];

  /** @param first the first task of the workflow, whose graph may be stored */
  constructor(broker: Pick<Broker, "held" | "read">, first: string) {
    this.#broker = broker;
    this.#first = first;
  }

  /** The texts of held letters, null for one that is not held. */
  async read(ids: readonly string[]): Promise<readonly (string | null)[]> {
    const missing = ids.filter((id) => !this.#texts.has(id));
    if (missing.length > 0) await this.#fetch(++this.#levels < PATIENCE ? missing : await this.#withAhead(missing));
    return ids.map((id) => this.#texts.get(id) ?? null);
  }

  async #fetch(ids: readonly string[]): Promise<void> {
    const texts = await this.#broker.held(ids);
    for (const [index, id] of ids.entries()) this.#texts.set(id, texts[index] ?? null);
  }

  /** These letters and those behind them in the graph. */
  async #withAhead(ids: readonly string[]): Promise<readonly string[]> {
    const tasks = await (this.#tasks ??= this.#graph());
    const found = new Set(ids);
    for (const id of found) {
      if (found.size >= AHEAD) break;
      const { next = [], body } = tasks.get(id) ?? {};
      for (const place of body === undefined ? next : [...next, body]) {
        const other = this.#places[place]?.id;
        if (other !== undefined && !this.#texts.has(other)) found.add(other);
      }
    }
    return [...found];
  }

  async #graph(): Promise<ReadonlyMap<string, GraphTask>> {
    const id = graphIdOf(this.#first);
    const [stored] = await this.#broker.read([id]);
    const record = stored && "text" in stored ? decodeResult(id, stored.text) : undefined;
    this.#places = record?.state === GRAPH_STATE ? graphTasks(record.data) : [];
    return new Map(this.#places.map((task) => [task.id, task]));
  }
}
