/**
 * Finds out which blobs are still needed, and removes the others.
 *
 * Nobody counts references: a blob belongs to the task that it was stored for, and marks tell which others got it passed
 * on. It is needed as long as the broker knows one of them: waiting, running, held back, dead, or with a result. So
 * nothing has to be undone when a process dies, and a blob whose message was never sent goes after the time of grace.
 *
 * @module
 */
import type { BlobInfo, BlobStore } from "../blob_store.ts";
import type { Broker } from "../broker.ts";
import { MARKS, parseBlobKey, VALUES } from "../codecs/blob_keys.ts";

/** What a collector works with. */
export interface CollectorParams {
  readonly store: BlobStore;
  readonly broker: Pick<Broker, "read" | "queues" | "dead">;
  /** What the time is, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /**
   * Blobs younger than this are left alone, in milliseconds: their message may not have been sent yet. Longer than the
   * longest time between the end of an upload and the end of the `delay()` that it is for.
   */
  readonly grace: number;
}

/** A blob, and whether a task needs it. */
export interface SeenBlob {
  readonly info: BlobInfo;
  /** The task it belongs to. */
  readonly task: string;
  readonly needed: "yes" | "no" | "too young to tell";
}

/** What a collection came to. */
export interface Collection {
  readonly seen: number;
  readonly seenBytes: number;
  readonly removed: number;
  readonly removedBytes: number;
}

/** Looks through a blob store, by what a broker knows. */
export class BlobCollector {
  readonly #params: CollectorParams;
  #dead: Promise<ReadonlySet<string>> | undefined;

  constructor(params: CollectorParams) {
    this.#params = params;
  }

  /** All blobs that belong to tasks, or those of one task. */
  async *look(task?: string): AsyncGenerator<SeenBlob, void, undefined> {
    this.#dead = undefined;
    for await (const page of this.#pages(task === undefined ? VALUES : `${VALUES}${task}/`)) {
      const named = page.flatMap((info) => {
        const name = parseBlobKey(info.key);
        return name ? [{ info, task: name.task }] : [];
      });
      const alive = await this.#alive(named.map(({ task }) => task));
      for (const blob of named) yield { ...blob, needed: await this.#need(blob, alive) };
    }
  }

  /** Removes what nobody needs; `task` limits it to the blobs of one task, whatever their age. */
  async collect(task?: string): Promise<Collection> {
    const found = { seen: 0, seenBytes: 0, removed: 0, removedBytes: 0 };
    for await (const { info, needed } of this.look(task)) {
      found.seen++;
      found.seenBytes += info.size;
      if (needed === "yes" || (needed === "too young to tell" && task === undefined)) continue;
      await this.#params.store.delete([info.key, ...(await this.#marksOf(info.key)).map(({ key }) => key)]);
      found.removed++;
      found.removedBytes += info.size;
    }
    if (task === undefined) await this.#collectMarks();
    return found;
  }

  async #need(
    { info, task }: { info: BlobInfo; task: string },
    alive: ReadonlySet<string>,
  ): Promise<SeenBlob["needed"]> {
    if (alive.has(task)) return "yes";
    const holders = (await this.#marksOf(info.key)).map((mark) => mark.task);
    if (holders.length > 0 && (await this.#alive(holders)).size > 0) return "yes";
    return this.#isYoung(info) ? "too young to tell" : "no";
  }

  #isYoung({ created }: BlobInfo): boolean {
    return created > this.#params.now() - this.#params.grace;
  }

  /** The marks of a blob, with the tasks that need it. */
  async #marksOf(key: string): Promise<{ readonly key: string; readonly task: string }[]> {
    const marks: { readonly key: string; readonly task: string }[] = [];
    for await (const page of this.#pages(`${MARKS}${key.slice(VALUES.length)}/`)) {
      for (const info of page) {
        const name = parseBlobKey(info.key);
        if (name) marks.push({ key: info.key, task: name.task });
      }
    }
    return marks;
  }

  /** Removes marks of blobs that are gone: a task may have got a blob passed on just as it was removed. */
  async #collectMarks(): Promise<void> {
    const { store } = this.#params;
    for await (const page of this.#pages(MARKS)) {
      for (const info of page) {
        const name = this.#isYoung(info) ? undefined : parseBlobKey(info.key);
        if (name && await store.head(name.key) === null) await store.delete([info.key]);
      }
    }
  }

  /** Those of the tasks that the broker knows, in any state. */
  async #alive(tasks: readonly string[]): Promise<ReadonlySet<string>> {
    const { broker } = this.#params;
    const ids = [...new Set(tasks)];
    const [stored, dead] = [await broker.read(ids), await (this.#dead ??= this.#readDead())];
    return new Set(ids.filter((id, index) => stored[index] != null || dead.has(id)));
  }

  /** The ids of all dead letters: they can be revived, and need their blobs then. */
  async #readDead(): Promise<ReadonlySet<string>> {
    const { broker } = this.#params;
    const ids = new Set<string>();
    for (const { name, dead } of await broker.queues()) {
      if (dead > 0) { for (const letter of await broker.dead(name, dead)) ids.add(letter.id); }
    }
    return ids;
  }

  async *#pages(prefix: string): AsyncGenerator<readonly BlobInfo[], void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.#params.store.list(prefix, { cursor });
      yield page.blobs;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}
