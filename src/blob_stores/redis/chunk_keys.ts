/**
 * The keys of blobs in Redis.
 *
 * | key | kind | what it holds |
 * | --- | --- | --- |
 * | `infos` | hash | what is known of each blob: its generation, number of chunks, size, time and type |
 * | `index` | sorted set | the keys of blobs, by their letters |
 * | `unfinished` | sorted set | generations whose chunks nobody may end or need, by when they were begun; 0 for those to be removed |
 * | `<generation>:<number>` | string | a chunk as base64 behind `=`, which no client takes for JSON or a number |
 *
 * The first three lie together. The chunks of a generation lie together too, elsewhere: a cluster spreads blobs.
 *
 * @module
 */

/** The keys of one namespace. */
export class ChunkKeys {
  readonly infos: string;
  readonly index: string;
  readonly unfinished: string;
  readonly #namespace: string;

  constructor(namespace: string) {
    const prefix = `umbel:{${namespace}/blobs}:`;
    this.#namespace = namespace;
    this.infos = `${prefix}infos`;
    this.index = `${prefix}index`;
    this.unfinished = `${prefix}unfinished`;
  }

  /** A chunk of a generation. */
  chunk(generation: string, number: number): string {
    return `umbel:{${this.#namespace}/blobs/${generation}}:${number}`;
  }

  /** Chunks of a generation, from one number to before another. */
  chunks(generation: string, from: number, to: number): string[] {
    return Array.from({ length: Math.max(0, to - from) }, (_, index) => this.chunk(generation, from + index));
  }
}

/** What is known of a blob. */
export interface ChunkedInfo {
  readonly generation: string;
  readonly chunks: number;
  readonly size: number;
  readonly created: number;
  readonly type: string;
}

/** What a text says of a blob; undefined for one that says nothing. */
export function parseInfo(text: unknown): ChunkedInfo | undefined {
  const found = typeof text === "string" ? /^=(\S+) (\d+) (\d+) (\d+) (.*)$/s.exec(text) : null;
  if (found === null) return undefined;
  const [, generation = "", chunks, size, created, type = ""] = found;
  return { generation, chunks: Number(chunks), size: Number(size), created: Number(created), type };
}
