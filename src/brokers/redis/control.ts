/** What people see of the queues, and do to them. @module */
import { groupBy } from "../../base/group_by.ts";
import type { DeadLetter, PeekedLetter, QueueInfo, WorkerInfo } from "../../broker.ts";
import { isId } from "../../base/ids.ts";
import { type Answer, listOf, namesOf, numberOf, textsOf } from "./call.ts";
import { readLetter } from "./letter_text.ts";
import type { Retention } from "./retention.ts";
import {
  census,
  dead as deadScript,
  discard,
  pause,
  peek,
  queues as queuesScript,
  resume,
  revive,
  workers as workersScript,
} from "./scripts.gen.ts";
import type { Shard, Shards } from "./shards.ts";
import { bucketOf, longId, shortId } from "./short_id.ts";

/** Who and what there is in a partition. */
interface Census {
  readonly shard: Shard;
  readonly names: readonly string[];
  readonly paused: readonly string[];
  readonly workers: readonly string[];
}

/** Shows and steers queues. */
export class Control {
  readonly #shards: Shards;
  readonly #retention: Retention;
  /** Queues that this process knows, registered or not. */
  readonly #known: () => readonly string[];

  constructor(shards: Shards, retention: Retention, known: () => readonly string[]) {
    this.#shards = shards;
    this.#retention = retention;
    this.#known = known;
  }

  /** The figures of every queue that has something to tell. */
  async queues(): Promise<readonly QueueInfo[]> {
    const figures = (await Promise.all(this.#shards.all.map((shard) => this.#figures(shard)))).flat();
    const sums = [...groupBy(figures, ({ name }) => name).values()].map((list) => list.reduce(sum));
    return sums.filter(({ ready, delayed, active, dead, paused }) => ready + delayed + active + dead > 0 || paused)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #figures(shard: Shard): Promise<QueueInfo[]> {
    const { keys } = shard;
    const { names, paused, workers } = await this.#census(shard);
    if (names.length === 0) return [];
    const list = names.flatMap((name) => [...keys.lanes(name), keys.delayed(name), keys.dead(name)]);
    list.push(...workers.map((listed) => keys.flight(incarnationOf(listed))));
    const answer = listOf(await shard.run(queuesScript, list, names, { what: "show queues", repeatable: true }));
    return names.map((name, i) => {
      const [ready = 0, delayed = 0, active = 0, dead = 0] = listOf(answer[i]).map(numberOf);
      return { name, ready, delayed, active, dead, paused: paused.includes(name) };
    });
  }

  async #census(shard: Shard): Promise<Census> {
    const { keys } = shard;
    const options = { what: "show queues", repeatable: true };
    const answer = listOf(await shard.run(census, [keys.queues, keys.paused, keys.workers], [], options));
    const [registered = [], paused = [], workers = []] = answer.map(namesOf);
    return { shard, names: [...new Set([...registered, ...paused, ...this.#known()])], paused, workers };
  }

  /** The workers that hold a lease, each once. */
  async workers(): Promise<readonly WorkerInfo[]> {
    const lists = await Promise.all(this.#shards.all.map((shard) => this.#workers(shard)));
    const byRun = groupBy(lists.flat(), ({ incarnation }) => incarnation);
    return [...byRun.values()].map((list) =>
      list.reduce((a, b) => ({
        ...{ ...a, active: a.active + b.active },
        leaseLeft: Math.max(a.leaseLeft, b.leaseLeft),
      }))
    );
  }

  async #workers(shard: Shard): Promise<WorkerInfo[]> {
    const { keys } = shard;
    const { workers } = await this.#census(shard);
    if (workers.length === 0) return [];
    const list = [keys.workers, ...workers.map((listed) => keys.flight(incarnationOf(listed)))];
    const answer = listOf(await shard.run(workersScript, list, workers, { what: "show workers", repeatable: true }));
    return workers.map((listed, i) => {
      const [active = 0, leaseLeft = 0] = listOf(answer[i]).map(numberOf);
      const incarnation = incarnationOf(listed);
      return { incarnation, name: listed.slice(incarnation.length + 1), active, leaseLeft };
    }).filter(({ leaseLeft }) => leaseLeft > 0);
  }

  /** The first letters of a queue; of several partitions, those of each by turns within a priority and by time. */
  async peek(queue: string, limit: number): Promise<readonly PeekedLetter[]> {
    if (limit === 0) return [];
    const lists = await Promise.all(this.#shards.all.map((shard) => this.#peek(shard, queue, limit)));
    if (lists.length === 1) return lists[0] ?? [];
    return lists.flat().sort((a, b) => rank(a) - rank(b) || (a.due ?? 0) - (b.due ?? 0)).slice(0, limit);
  }

  async #peek(shard: Shard, queue: string, limit: number): Promise<PeekedLetter[]> {
    const parts = listOf(await shard.run(peek, peekKeys(shard, queue), [String(limit)], PEEK));
    const letters: PeekedLetter[] = [];
    for (let i = 0; i < parts.length; i += 2) {
      const texts = textsOf(parts[i + 1]);
      if (parts[i] !== "delayed") letters.push(...texts.map((it) => peeked(it, queue, numberOf(parts[i]))));
      else {
        for (let j = 0; j < texts.length; j += 2) {
          const [member = "", due] = [texts[j], Number(texts[j + 1])];
          letters.push({ ...peeked(member.slice(1), queue, Number(member[0])), state: "delayed", due });
        }
      }
    }
    return letters;
  }

  /** Pauses a queue. */
  async pause(queue: string): Promise<void> {
    const options = { what: "pause a queue", repeatable: true };
    await this.#each(({ keys, run }) => run(pause, [keys.paused, keys.queues], [queue], options));
  }

  /** Resumes a queue. */
  async resume(queue: string): Promise<void> {
    const options = { what: "resume a queue", repeatable: true };
    await this.#each(({ keys, run }) => run(resume, [keys.paused, keys.idle(queue)], [queue], options));
  }

  #each(call: (shard: { keys: Shard["keys"]; run: Shard["run"] }) => Promise<Answer>): Promise<Answer[]> {
    return Promise.all(this.#shards.all.map((shard) => call({ keys: shard.keys, run: shard.run.bind(shard) })));
  }

  /** Dead letters of a queue, the newest first. */
  async dead(queue: string, limit: number): Promise<readonly DeadLetter[]> {
    if (limit === 0) return [];
    const options = { what: "list dead letters", repeatable: true };
    const lists = await Promise.all(this.#shards.all.map(async (shard) => {
      const entries = textsOf(await shard.run(deadScript, [shard.keys.dead(queue)], [String(limit)], options));
      return entries.map((entry) => readDead(entry, queue));
    }));
    if (lists.length === 1) return lists[0] ?? [];
    return lists.flat().sort((a, b) => b.at - a.at).slice(0, limit);
  }

  /** Puts dead letters back to the end of their queue. */
  async revive(queue: string, ids: readonly string[]): Promise<number> {
    return await this.#exhume(ids, async (shard, shorts) => {
      const { keys } = shard;
      const buckets = [...new Set(shorts.map(bucketOf))];
      const aged = buckets.map((bucket) => {
        const id = longId(shorts.find((short) => bucketOf(short) === bucket) ?? "");
        return this.#retention.isAged(id) ? "aged" : "";
      });
      const list = [keys.dead(queue), keys.kept, ...keys.lanes(queue), keys.idle(queue)];
      list.push(...buckets.map((bucket) => keys.marks(bucket)));
      const args = [String(buckets.length), ...buckets, ...aged, ...shorts];
      return await shard.run(revive, list, args, { what: "revive letters", repeatable: false });
    });
  }

  /** Removes dead letters for good, with the gates that were their input. */
  async discard(queue: string, ids: readonly string[]): Promise<number> {
    return await this.#exhume(ids, (shard, shorts) => this.#discard(shard, queue, shorts, []));
  }

  /** Once more where letters have gates that are not known yet: the script has to be given all keys. */
  async #discard(
    shard: Shard,
    queue: string,
    shorts: readonly string[],
    gates: readonly string[],
  ): Promise<Answer> {
    const { keys } = shard;
    const list = [keys.dead(queue), keys.kept, ...gates.map((gate) => keys.gate(gate))];
    const args = [String(gates.length), ...gates, ...shorts];
    const answer = await shard.run(discard, list, args, { what: "discard letters", repeatable: false });
    return typeof answer === "number"
      ? answer
      : await this.#discard(shard, queue, shorts, [...gates, ...namesOf(answer)]);
  }

  async #exhume(
    ids: readonly string[],
    call: (shard: Shard, shorts: readonly string[]) => Promise<Answer>,
  ): Promise<number> {
    const groups = this.#shards.group([...new Set(ids)].filter(isId), (id) => id);
    const counts = await Promise.all([...groups].map(async ([shard, group]) => {
      return numberOf(await call(shard, group.map(shortId)));
    }));
    return counts.reduce((a, b) => a + b, 0);
  }
}

const PEEK = { what: "peek at a queue", repeatable: true };

function peekKeys({ keys }: Shard, queue: string): string[] {
  return [...keys.lanes(queue), keys.delayed(queue)];
}

function peeked(letter: string, queue: string, priority: number): PeekedLetter {
  const { id, text, input, gate } = readLetter(letter);
  const got = { ...(input !== undefined && { input }), ...(gate !== undefined && { gate }) };
  return { id, queue, priority, text, ...got, version: letter, state: "ready" };
}

function rank({ state, priority }: PeekedLetter): number {
  return state === "ready" ? 9 - priority : 10;
}

function readDead(entry: string, queue: string): DeadLetter {
  const [space, line] = [entry.indexOf(" "), entry.indexOf("\n")];
  const { id, text, input, gate } = readLetter(entry.slice(line + 1));
  const reason = String(JSON.parse(entry.slice(space + 2, line)));
  return {
    ...{ id, queue, priority: Number(entry[space + 1]), text, reason, at: Number(entry.slice(0, space)) },
    ...(input !== undefined && { input }),
    ...(gate !== undefined && { gate }),
  };
}

function incarnationOf(listed: string): string {
  return listed.slice(0, listed.indexOf("\n"));
}

function sum(a: QueueInfo, b: QueueInfo): QueueInfo {
  return {
    name: a.name,
    ready: a.ready + b.ready,
    delayed: a.delayed + b.delayed,
    active: a.active + b.active,
    dead: a.dead + b.dead,
    paused: a.paused || b.paused,
  };
}
