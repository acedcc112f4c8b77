/** Watching results: those who wait enter their channel, and whoever writes a result tells the channels it finds. @module */
import { groupBy } from "../../base/group_by.ts";
import type { Watch } from "../../broker.ts";
import { watch } from "./scripts.gen.ts";
import type { RedisContext, Shard, Shards } from "./shards.ts";
import { bucketOf, fieldOf, longId, shortId } from "./short_id.ts";
import type { Listening } from "./transport.ts";

/** Watchers are entered again after half of this time, in milliseconds; those of a process that is gone are forgotten. */
const KEPT = 3_600_000;

type Changed = (id: string) => void;

/** Watches results on one channel of this process. */
export class Watching {
  readonly #context: RedisContext;
  readonly #shards: Shards;
  readonly #channel = `umbel:w:${crypto.randomUUID()}`;
  readonly #calls = new Map<string, Set<Changed>>();
  #listening: Promise<readonly (Listening | undefined)[]> | undefined;
  #renewing = false;

  constructor(context: RedisContext, shards: Shards) {
    this.#context = context;
    this.#shards = shards;
  }

  /** Calls back whenever one of these ids may have changed. */
  async watch(ids: readonly string[], changed: Changed): Promise<Watch> {
    if (!this.#context.transport.listen || ids.length === 0) return { close: () => Promise.resolve() };
    await this.#listen();
    // A function of its own for each watch: two may have the same callback.
    const call: Changed = (id) => changed(id);
    const added = ids.filter((id) => this.#add(id, call));
    await this.#enter("watch", added);
    void this.#renew();
    return { close: () => this.#close(ids, call) };
  }

  #add(id: string, call: Changed): boolean {
    const calls = this.#calls.get(id);
    if (calls) calls.add(call);
    else this.#calls.set(id, new Set([call]));
    return calls === undefined;
  }

  async #close(ids: readonly string[], call: Changed): Promise<void> {
    const gone = ids.filter((id) => {
      const calls = this.#calls.get(id);
      return calls?.delete(call) && calls.size === 0 && this.#calls.delete(id);
    });
    if (gone.length > 0 && !this.#context.closed.aborted) await this.#enter("leave", gone);
  }

  async #enter(mode: "watch" | "leave", ids: readonly string[]): Promise<void> {
    await Promise.all([...this.#shards.group(ids, (id) => id)].map(async ([shard, group]) => {
      const buckets = [...groupBy(group.map(shortId), bucketOf)];
      const keys = buckets.map(([bucket]) => shard.keys.watchers(bucket));
      const args = [mode, this.#channel, String(KEPT), String(buckets.length)];
      args.push(...buckets.map(([, list]) => String(list.length)));
      for (const [, list] of buckets) args.push(...list.map(fieldOf));
      await shard.run(watch, keys, args, { what: "watch results", repeatable: true });
    }));
  }

  #listen(): Promise<readonly (Listening | undefined)[]> {
    return this.#listening ??= this.#start().catch((error) => {
      this.#listening = undefined;
      throw error;
    });
  }

  #start(): Promise<readonly (Listening | undefined)[]> {
    return Promise.all(this.#shards.all.map((shard: Shard) => {
      const heard = (message: string) => message.split(" ").forEach((short) => this.#tell(longId(short)));
      return this.#context.transport.listen?.(this.#channel, shard.keys.workers, {
        heard,
        resumed: () => this.#resume(),
      });
    }));
  }

  #tell(id: string): void {
    for (const call of this.#calls.get(id) ?? []) call(id);
  }

  /** After a break: what was told meanwhile was not heard, and the watchers may be forgotten. */
  #resume(): void {
    const ids = [...this.#calls.keys()];
    void this.#enter("watch", ids).catch(() => {}).then(() => ids.forEach((id) => this.#tell(id)));
  }

  /** Enters the watchers again now and then, as long as there are any. */
  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const { clock, closed } = this.#context;
    while (this.#calls.size > 0 && !closed.aborted) {
      await clock.sleep(KEPT / 2, closed);
      if (!closed.aborted) await this.#enter("watch", [...this.#calls.keys()]).catch(() => {});
    }
    this.#renewing = false;
  }
}
