/** The partitions of a broker, each with its keys, and the calls to them. @module */
import { groupBy } from "../../base/group_by.ts";
import type { Clock } from "../../base/clock.ts";
import type { Stop } from "../../base/stop.ts";
import { idOfKey, isId, slotOf } from "../../base/ids.ts";
import type { KnownEffect } from "../../broker_error.ts";
import type { Answer } from "./call.ts";
import { isFull, persist } from "./failure.ts";
import { Keys } from "./keys.ts";
import type { Script } from "./script.ts";
import type { Transport } from "./transport.ts";

/** What a broker's parts share. */
export interface RedisContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly namespace: string;
  readonly partitions: number;
  /** How long results are kept, in milliseconds. */
  readonly retention: number;
  /** How long a call may take with all its tries, in milliseconds. */
  readonly timeout: number;
  /** How many letters a lane may hold. */
  readonly maxQueueLength: number | undefined;
  /** Aborted when the broker is closed. */
  readonly closed: Stop;
}

/** How a call is made. */
export interface CallOptions {
  /** What it does, for errors: a verb. */
  readonly what: string;
  /** Whether it may be made again when nobody can tell whether it took effect. */
  readonly repeatable: boolean;
  /** Told before each try what is known of the earlier ones. */
  readonly retried?: (earlier: KnownEffect) => void;
  /** Other arguments for a server whose memory is full, where the script can do without more of it. */
  readonly full?: readonly string[];
}

/** One partition. */
export class Shard {
  readonly index: number;
  readonly keys: Keys;
  readonly #context: RedisContext;

  constructor(context: RedisContext, index: number) {
    this.index = index;
    this.keys = new Keys(context.namespace, index);
    this.#context = context;
  }

  /** Runs a script on this partition. */
  run(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    options: CallOptions,
  ): Promise<Answer> {
    const { transport } = this.#context;
    return this.#persist(options, async () => {
      try {
        return await transport.run(script, keys, args);
      } catch (error) {
        if (!options.full || !isFull(error)) throw error;
        return await transport.run(script, keys, options.full);
      }
    });
  }

  /** Fields of a hash. */
  fields(key: string, fields: readonly string[], what: string): Promise<readonly (string | null)[]> {
    return this.#persist({ what, repeatable: true }, () => this.#context.transport.fields(key, fields));
  }

  /** How many of these keys there are. */
  exists(keys: readonly string[], what: string): Promise<number> {
    return this.#persist({ what, repeatable: true }, () => this.#context.transport.exists(keys));
  }

  #persist<T>({ what, repeatable, retried }: CallOptions, call: () => Promise<T>): Promise<T> {
    const { clock, timeout, closed } = this.#context;
    if (closed.aborted) return Promise.reject(new Error(`Cannot ${what} as the broker must be open: it was closed`));
    return persist(what, repeatable, { clock, timeout, signal: closed }, (earlier) => {
      if (earlier !== "not done") retried?.(earlier);
      return call();
    });
  }
}

/** All partitions. */
export class Shards {
  readonly all: readonly Shard[];

  constructor(context: RedisContext) {
    this.all = Array.from({ length: context.partitions }, (_, index) => new Shard(context, index));
  }

  /** The partition that an id lives in. One that is no UUID is spread by its digest. */
  of(id: string): Shard {
    const shard = this.all.length === 1 ? this.all[0] : this.all[slotOf(isId(id) ? id : idOfKey(id)) % this.all.length];
    if (shard) return shard;
    throw new RangeError(`Cannot find a partition as there must be at least one: current value is ${this.all.length}`);
  }

  /** Things by the partition of their ids. */
  group<T>(things: readonly T[], idOf: (thing: T) => string): Map<Shard, readonly T[]> {
    const [first] = things;
    if (first === undefined) return new Map();
    return this.all.length === 1 ? new Map([[this.of(""), things]]) : groupBy(things, (thing) => this.of(idOf(thing)));
  }
}
