/**
 * Every key that the broker uses, made here and nowhere else.
 *
 * | key | kind | what it holds |
 * | --- | --- | --- |
 * | `q:<priority>:<queue>` | list | a lane: letters that may run, the next one first |
 * | `d:<queue>` | sorted set | delayed letters, each behind its priority, by when they are due |
 * | `f:<incarnation>` | hash | flight: letters in a worker's hands, by id and count, behind priority and queue |
 * | `b:<queue>` | list | buried letters, the newest first |
 * | `t:<bucket>` | hash | marks: what is known of ids, see `scripts/lib/marks.lua` |
 * | `w:<bucket>` | hash | watchers: the channels of those who wait for ids |
 * | `h:<bucket>` | hash | held letters |
 * | `g:<gate>` | hash | a gate: size, how many came, whether it is open, and what came by its index |
 * | `i:<queue>` | set | idle: channels of the workers that are parked in a queue |
 * | `workers` | sorted set | workers that have a lease, by when it ends |
 * | `queues` `paused` | sets | names of queues |
 * | `revoked` | set | ids of tasks that are not over and must not run |
 * | `over` | set | ids of letters that are about, though a result was written from outside |
 * | `kept` | hash | ids that are known longer than the marks of their bucket are kept: `Q` waiting, `D` dead |
 *
 * All keys of a partition bear its hash tag, so that a cluster keeps them on one node.
 *
 * @module
 */

/** Queues whose lanes are remembered: their names are made for every claim. */
const REMEMBERED = 1_000;

/** The keys of one partition. */
export class Keys {
  readonly #prefix: string;
  readonly #lanes = new Map<string, readonly string[]>();
  /** The channel that all workers of the partition hear; of characters that need no quoting in an address. */
  readonly common: string;
  readonly workers: string;
  readonly queues: string;
  readonly paused: string;
  readonly revoked: string;
  readonly over: string;
  readonly kept: string;

  constructor(namespace: string, partition: number) {
    const prefix = `umbel:{${namespace}/${partition}}:`;
    this.#prefix = prefix;
    this.common = `umbel:all:${namespace.replace(/[^\w.-]/gu, (it) => `:${it.codePointAt(0)}:`)}:${partition}`;
    this.workers = `${prefix}workers`;
    this.queues = `${prefix}queues`;
    this.paused = `${prefix}paused`;
    this.revoked = `${prefix}revoked`;
    this.over = `${prefix}over`;
    this.kept = `${prefix}kept`;
  }

  /** Letters of one priority of a queue. */
  lane(queue: string, priority: number): string {
    return `${this.#prefix}q:${priority}:${queue}`;
  }

  /** The ten lanes of a queue, as they are served. */
  lanes(queue: string): readonly string[] {
    const known = this.#lanes.get(queue);
    if (known) return known;
    const lanes = Array.from({ length: 10 }, (_, i) => this.lane(queue, 9 - i));
    if (this.#lanes.size >= REMEMBERED) this.#lanes.clear();
    this.#lanes.set(queue, lanes);
    return lanes;
  }

  /** Where letters go that are sent to a queue: their lane, the delayed, and those who wait for them. */
  route(queue: string, priority: number): readonly [lane: string, delayed: string, idle: string] {
    return [this.lane(queue, priority), this.delayed(queue), this.idle(queue)];
  }

  /** Delayed letters of a queue. */
  delayed(queue: string): string {
    return `${this.#prefix}d:${queue}`;
  }

  /** Dead letters of a queue. */
  dead(queue: string): string {
    return `${this.#prefix}b:${queue}`;
  }

  /** Workers parked in a queue. */
  idle(queue: string): string {
    return `${this.#prefix}i:${queue}`;
  }

  /** Letters in a worker's hands. */
  flight(incarnation: string): string {
    return `${this.#prefix}f:${incarnation}`;
  }

  /** What is known of the ids of a bucket. */
  marks(bucket: string): string {
    return `${this.#prefix}t:${bucket}`;
  }

  /** Who waits for ids of a bucket. */
  watchers(bucket: string): string {
    return `${this.#prefix}w:${bucket}`;
  }

  /** Held letters whose ids are of a bucket. */
  held(bucket: string): string {
    return `${this.#prefix}h:${bucket}`;
  }

  /** A gate. */
  gate(id: string): string {
    return `${this.#prefix}g:${id}`;
  }
}

/**
 * Checks a namespace: it stands in the hash tag of every key.
 *
 * @throws {RangeError} when it is empty or has a brace, a slash or a control character
 */
export function checkNamespace(namespace: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[^{}/\u0000-\u001f\u007f]{1,100}$/.test(namespace)) return namespace;
  throw new RangeError(
    `Cannot open a broker as its namespace must be 1 to 100 characters without braces, slashes and control characters: current value is ${
      JSON.stringify(namespace.slice(0, 40))
    }`,
  );
}
