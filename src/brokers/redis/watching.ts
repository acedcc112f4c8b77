/** Watching results: those who wait enter their channel, and whoever writes a result tells the channels it finds. @module */
import { groupBy } from "../../base/group_by.ts";
import type { Watch } from "../../broker.ts";
import { watch } from "./scripts.gen.ts";
import type { RedisContext, Shard, Shards } from "./shards.ts";
import { bucketOf, fieldOf, longId, shortId, spanOf } from "./short_id.ts";
import type { Listening } from "./transport.ts";

/** Watchers are entered again after half of this time, in milliseconds; those of a process that is gone are forgotten. */
const KEPT = 3_600_000;

/**
 * From so many ids of one span on the span is watched, at the price of one id. Not from fewer: the process is told of all
 * else that changes in it.
 */
const MANY = 64;

/** One watch. */
interface Waiter {
  readonly ids: ReadonlySet<string>;
  readonly changed: (id: string) => void;
}

/** Watches results on one channel of this process. */
export class Watching {
  readonly #context: RedisContext;
  readonly #shards: Shards;
  readonly #channel = `umbel:w:${crypto.randomUUID()}`;
  /** In each partition who waits, by what is watched: the short form of an id, or a span. */
  readonly #waiters: ReadonlyMap<Shard, Map<string, Set<Waiter>>>;
  #listening: Promise<readonly (Listening | undefined)[]> | undefined;
  #renewing = false;

  constructor(context: RedisContext, shards: Shards) {
    this.#context = context;
    this.#shards = shards;
    this.#waiters = new Map(shards.all.map((shard) => [shard, new Map()]));
  }

  /** Calls back whenever one of these ids may have changed. */
  async watch(ids: readonly string[], changed: (id: string) => void): Promise<Watch> {
    if (!this.#context.transport.listen || ids.length === 0) return { close: () => Promise.resolve() };
    await this.#listen();
    const waiter = { ids: new Set(ids), changed };
    const parts = [...this.#shards.group(ids, (id) => id)].map(([shard, group]) => ({ shard, names: namesFor(group) }));
    await Promise.all(parts.map(({ shard, names }) => {
      return this.#enter("watch", shard, names.filter((name) => this.#add(shard, name, waiter)));
    }));
    void this.#renew();
    return {
      close: async () => {
        await Promise.all(parts.map(({ shard, names }) => this.#leave(shard, names, waiter)));
      },
    };
  }

  #add(shard: Shard, name: string, waiter: Waiter): boolean {
    const waiters = this.#waiters.get(shard);
    const others = waiters?.get(name);
    if (others) others.add(waiter);
    else waiters?.set(name, new Set([waiter]));
    return others === undefined;
  }

  async #leave(shard: Shard, names: readonly string[], waiter: Waiter): Promise<void> {
    const waiters = this.#waiters.get(shard);
    const gone = names.filter((name) => {
      const others = waiters?.get(name);
      return others?.delete(waiter) && others.size === 0 && waiters?.delete(name);
    });
    if (!this.#context.closed.aborted) await this.#enter("leave", shard, gone);
  }

  async #enter(mode: "watch" | "leave", shard: Shard, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const buckets = [...groupBy(names, bucketOf)];
    const keys = buckets.map(([bucket]) => shard.keys.watchers(bucket));
    const args = [mode, this.#channel, String(KEPT), String(buckets.length)];
    args.push(...buckets.map(([, list]) => String(list.length)));
    for (const [, list] of buckets) args.push(...list.map(fieldOf));
    await shard.run(watch, keys, args, { what: "watch results", repeatable: true });
  }

  /** Enters all watchers again. */
  async #reenter(): Promise<void> {
    await Promise.all([...this.#waiters].map(([shard, waiters]) => this.#enter("watch", shard, [...waiters.keys()])));
  }

  #listen(): Promise<readonly (Listening | undefined)[]> {
    return this.#listening ??= this.#start().catch((error) => {
      this.#listening = undefined;
      throw error;
    });
  }

  #start(): Promise<readonly (Listening | undefined)[]> {
    return Promise.all(this.#shards.all.map((shard) => {
      const heard = (message: string) => message.split(" ").forEach((short) => this.#tell(shard, short));
      return this.#context.transport.listen?.(this.#channel, shard.keys.workers, {
        heard,
        resumed: () => this.#resume(),
      });
    }));
  }

  #tell(shard: Shard, short: string): void {
    const waiters = this.#waiters.get(shard);
    const near = waiters?.get(short);
    if (near) call(near, longId(short));
    const wide = waiters?.get(spanOf(short));
    if (wide && wide !== near) call(wide, longId(short));
  }

  /** After a break: what was told meanwhile was not heard, and the watchers may be forgotten. */
  #resume(): void {
    const waiting = new Set(
      [...this.#waiters.values()].flatMap((waiters) => [...waiters.values()]).flatMap((all) => [...all]),
    );
    void this.#reenter().catch(() => {}).then(() => {
      for (const { ids, changed } of waiting) ids.forEach((id) => changed(id));
    });
  }

  /** Enters the watchers again now and then, as long as there are any. */
  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const { clock, closed } = this.#context;
    while (!closed.aborted && [...this.#waiters.values()].some(({ size }) => size > 0)) {
      await clock.sleep(KEPT / 2, closed);
      if (!closed.aborted) await this.#reenter().catch(() => {});
    }
    this.#renewing = false;
  }
}

function call(waiters: ReadonlySet<Waiter>, id: string): void {
  for (const { ids, changed } of waiters) if (ids.has(id)) changed(id);
}

/** What has to be watched for ids of one partition: each by its short form, or the span of many. */
function namesFor(ids: readonly string[]): string[] {
  if (ids.length < MANY) return ids.map(shortId);
  return [...groupBy(ids.map(shortId), spanOf)].flatMap(([span, shorts]) => shorts.length < MANY ? shorts : [span]);
}
