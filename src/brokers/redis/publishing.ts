/** Publishing: what is called in one tick goes in one call, a bounded number of letters in each. @module */
import { type Deferred, deferred } from "../../base/deferred.ts";
import type { Effects, Letter } from "../../broker.ts";
import { type KnownEffect, QueueFull } from "../../broker_error.ts";
import { type Answer, listOf, namesOf, numberOf, textOf } from "./call.ts";
import { isPlain, plainLetter } from "./letter_text.ts";
import { PlainBatch } from "./plain_batch.ts";
import { effectsProgram, homeOf, queuesOf } from "./program_effects.ts";
import type { Registry } from "./registry.ts";
import type { Retention } from "./retention.ts";
import { act, publish as publishScript, publishOne } from "./scripts.gen.ts";
import type { RedisContext, Shard, Shards } from "./shards.ts";
import { bucketOf, shortUuid } from "./short_id.ts";

type Status = "created" | "duplicate";

/** One call of `publish` that waits to be sent. */
interface Request {
  readonly letters: readonly Letter[];
  readonly done: Deferred<readonly Status[]>;
}

/** Letters in one call of the script: it holds the server up for about a microsecond each. */
const MOST_LETTERS = 2_000;

/** Text in one call, in UTF-16 units: Upstash takes requests of 10 MB, and Redis does nothing else meanwhile. */
const MOST_TEXT = 2_000_000;

/** How often the tick is given the chance to bring more calls. */
const HOPS = 3;

/** Takes letters in. */
export class Publishing {
  readonly #context: RedisContext;
  readonly #shards: Shards;
  readonly #retention: Retention;
  readonly #registry: Registry;
  readonly #waiting = new Map<Shard, Request[]>();

  constructor(context: RedisContext, shards: Shards, retention: Retention, registry: Registry) {
    this.#context = context;
    this.#shards = shards;
    this.#retention = retention;
    this.#registry = registry;
  }

  /** Takes letters in, with all that belongs to them. */
  publish(effects: Effects): Promise<readonly Status[]> {
    const letters = effects.publish ?? [];
    if (!isAlone(effects, this.#context.maxQueueLength !== undefined)) {
      return this.#act(homeOf(effects, this.#shards), effects);
    }
    if (letters.length === 0) return Promise.resolve([]);
    let last: string | undefined;
    for (const { queue } of letters) if (queue !== last) this.#registry.noteOne(last = queue);
    return this.#shards.all.length === 1 ? this.#send(this.#shards.of(""), letters) : this.#spread(letters);
  }

  async #spread(letters: readonly Letter[]): Promise<readonly Status[]> {
    const statuses = new Array<Status>(letters.length);
    const placed = letters.map((letter, place) => ({ letter, place }));
    await Promise.all([...this.#shards.group(placed, ({ letter }) => letter.id)].map(async ([shard, group]) => {
      const answers = await this.#send(shard, group.map(({ letter }) => letter));
      group.forEach(({ place }, i) => statuses[place] = answers[i] ?? "created");
    }));
    return statuses;
  }

  #send(shard: Shard, letters: readonly Letter[]): Promise<readonly Status[]> {
    if (!letters.every(isPlain)) return this.#act(shard, { publish: letters });
    const request = { letters, done: deferred<readonly Status[]>() };
    const waiting = this.#waiting.get(shard);
    if (waiting) waiting.push(request);
    else {
      this.#waiting.set(shard, [request]);
      void this.#flushSoon(shard);
    }
    return request.done.promise;
  }

  /** Sends what has gathered, after the tick has had a few chances to bring more. */
  async #flushSoon(shard: Shard): Promise<void> {
    for (let hop = 0, size = 0; hop < HOPS; hop++) {
      await undefined;
      const now = this.#waiting.get(shard)?.length ?? 0;
      if (now > size) hop = 0;
      size = now;
    }
    const requests = this.#waiting.get(shard) ?? [];
    this.#waiting.delete(shard);
    if (requests.length === 1 && this.#sendsOne(shard, requests[0])) return;
    for (let from = 0; from < requests.length;) from = this.#sendSome(shard, requests, from);
  }

  /** Sends a letter that is alone and has nothing out of the ordinary; tells whether it is such a one. */
  #sendsOne(shard: Shard, request: Request | undefined): boolean {
    const [letter, more] = request?.letters ?? [];
    if (!request || !letter || more || this.#context.maxQueueLength !== undefined) return false;
    if (this.#registry.unregistered.has(letter.queue) || this.#retention.isAged(letter.id)) return false;
    this.#callOne(shard, letter).then(request.done.resolve, request.done.reject);
    return true;
  }

  async #callOne(shard: Shard, letter: Letter): Promise<readonly Status[]> {
    const { keys } = shard;
    const { id, queue, priority } = letter;
    const short = shortUuid(id);
    let earlier: KnownEffect = "not done";
    const retried = (known: KnownEffect) => earlier = known;
    const names = [keys.marks(bucketOf(short)), keys.lane(queue, priority), keys.idle(queue)];
    const options = { what: "publish", repeatable: true, retried };
    const answer = await shard.run(publishOne, names, [plainLetter(short, letter)], options);
    return [unlessOurs(answer === "known" ? [1] : [], earlier).length > 0 ? "duplicate" : "created"];
  }

  /** Sends as many requests as fit in one call, at least one; gives where the next ones begin. */
  #sendSome(shard: Shard, requests: readonly Request[], from: number): number {
    const batch = new PlainBatch(shard.keys, this.#retention);
    let to = from;
    for (; to < requests.length; to++) {
      const { letters } = requests[to] ?? { letters: [] };
      if (to > from && (batch.size + letters.length > MOST_LETTERS || batch.length > MOST_TEXT)) break;
      for (const letter of letters) batch.add(letter);
    }
    void this.#deliver(shard, batch, requests.slice(from, to));
    return to;
  }

  async #deliver(shard: Shard, batch: PlainBatch, requests: readonly Request[]): Promise<void> {
    try {
      const statuses = await this.#call(shard, batch);
      let from = 0;
      for (const { letters, done } of requests) done.resolve(statuses.slice(from, from += letters.length));
    } catch (error) {
      // Where several share a call and one is too much, each is tried for itself.
      if (!(error instanceof QueueFull) || requests.length === 1) {
        return requests.forEach((it) => it.done.reject(error));
      }
      requests.forEach((_, i) => this.#sendSome(shard, requests.slice(i, i + 1), 0));
    }
  }

  async #call(shard: Shard, batch: PlainBatch): Promise<readonly Status[]> {
    const limit = this.#context.maxQueueLength;
    const { keys, args } = batch.call(limit, this.#registry.unregistered);
    let earlier: KnownEffect = "not done";
    const retried = (known: KnownEffect) => earlier = known;
    const answer = await shard.run(publishScript, keys, args, { what: "publish", repeatable: true, retried });
    if (answer === "taken") return batch.statuses([]);
    const [status, registered, duplicates] = listOf(answer);
    if (textOf(status) === "full") throw new QueueFull(batch.queueOf(keys[numberOf(registered) - 1]), limit ?? 0);
    this.#registry.registered(namesOf(registered));
    return batch.statuses(unlessOurs(listOf(duplicates).map(numberOf), earlier));
  }

  async #act(shard: Shard, effects: Effects): Promise<readonly Status[]> {
    const unregistered = this.#registry.note(queuesOf(effects));
    const program = effectsProgram(shard.keys, this.#retention, effects, unregistered);
    const limit = this.#context.maxQueueLength;
    if (limit !== undefined) effects.room?.forEach((room) => program.room(room));
    const args = [limit === undefined ? "" : String(limit), ...program.args()];
    let earlier: KnownEffect = "not done";
    const retried = (known: KnownEffect) => earlier = known;
    // Gates grow each time, so effects without a letter that tells a repetition are not sent twice.
    const repeatable = !effects.gates?.length || (effects.publish?.length ?? 0) > 0;
    const answer = await shard.run(act, program.keys, args, { what: "publish", repeatable, retried });
    const statuses = readStatuses(answer, effects, earlier, limit ?? 0);
    if (unregistered.length > 0 && statuses.includes("created")) this.#registry.registered(unregistered);
    return statuses;
  }
}

/** Whether letters are all that there is to do. Room is of matter only where there are bounds. */
function isAlone(effects: Effects, isBounded: boolean): boolean {
  for (const kind in effects) {
    if (kind !== "publish" && (kind !== "room" || isBounded) && effects[kind as keyof Effects]?.length) return false;
  }
  return true;
}

function readStatuses(
  answer: Answer,
  { publish: letters = [], room = [] }: Effects,
  earlier: KnownEffect,
  limit: number,
): Status[] {
  const [status, rest] = listOf(answer);
  if (textOf(status) === "full") {
    const lane = textOf(rest);
    throw new QueueFull([...letters, ...room].find(({ queue }) => lane.endsWith(`:${queue}`))?.queue ?? "", limit);
  }
  const statuses = new Array<Status>(letters.length).fill("created");
  for (const place of unlessOurs(listOf(rest).map(numberOf), earlier)) statuses[place - 1] = "duplicate";
  return statuses;
}

/** After a try that may have taken effect, what is a duplicate is most likely our own. */
function unlessOurs(duplicates: readonly number[], earlier: KnownEffect): readonly number[] {
  return earlier === "unknown" ? [] : duplicates;
}
