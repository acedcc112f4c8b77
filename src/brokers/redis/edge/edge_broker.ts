/** A broker for producers on the edge: it sends letters and reads results, by `fetch` alone and in few bytes. @module */
import { groupBy } from "../../../base/group_by.ts";
import { backoffDelay } from "../../../base/backoff.ts";
import { systemClock } from "../../../base/clock.ts";
import { type Effects, type Letter, type Moment, RESULT_RETENTION, type StoredResult } from "../../../broker.ts";
import { BrokerRefused, BrokerUnavailable, type KnownEffect } from "../../../broker_error.ts";
import { postSha, postText } from "../scripts.gen.ts";

/** Where the database is, and how the broker uses it. */
export interface EdgeBrokerOptions {
  /** `https://…`, as `UPSTASH_REDIS_REST_URL` has it. */
  readonly url: string;
  /** As `UPSTASH_REDIS_REST_TOKEN` has it. Never part of an error. */
  readonly token: string;
  /** The namespace of the workers' brokers. @default {"default"} */
  readonly namespace?: string;
  /** That of the workers' brokers, in milliseconds. @default {86_400_000} */
  readonly resultRetention?: number;
  /** How long a call may take, with all its tries, in milliseconds. @default {15_000} */
  readonly timeout?: number;
}

/** What `short_id.ts` does, in less code and more time: the parts of an id in another order, thirteen bits at a time. */
function shortId(id: string): string {
  const hex = id.replaceAll("-", "");
  const part = (from: number, to?: number) => BigInt(`0x${hex.slice(from, to)}`);
  const end = part(16);
  let rest = ((1n << 32n | part(0, 8)) << 4n | part(12, 13)) << 2n | end >> 62n;
  rest = ((rest << 17n | part(8, 12)) << 12n | part(13, 16)) << 62n | BigInt.asUintN(62, end);
  let short = "";
  for (; rest; rest >>= 13n) {
    const pair = Number(rest & 8191n);
    const codes = [pair / 91 | 0, pair % 91].map((code) => code + (code > 56 ? 36 : code ? 34 : 33));
    short = String.fromCharCode(...codes) + short;
  }
  return short;
}

type Command = readonly (string | number)[];

type Result = readonly unknown[];

/** What comes back for a command. */
interface Answer {
  readonly result?: Result;
  readonly error?: string;
}

/** Sends letters and reads results. Workflows, and all that workers do, are for `upstash()` and `redis()`. */
export class EdgeBroker {
  readonly #options: EdgeBrokerOptions;
  readonly #prefix: string;

  constructor(options: EdgeBrokerOptions) {
    this.#options = options;
    this.#prefix = `umbel:{${options.namespace ?? "default"}/0}:`;
  }

  /** Takes letters in, up to a thousand. Anything else is refused. */
  async publish({ publish = [], ...more }: Effects): Promise<readonly ("created" | "duplicate")[]> {
    if (Object.values(more).some((list) => list?.length)) {
      throw new TypeError("Cannot publish a workflow as the broker must be upstash() or redis()");
    }
    if (!publish.length) return [];
    const call = this.#call(publish);
    const [answer] = await this.#ask("publish", [["EVALSHA", postSha, ...call]]).catch((error) => {
      if (!String(error).includes("NOSCRIPT")) throw error;
      return this.#ask("publish", [["EVAL", postText, ...call]]);
    });
    return publish.map((_, place) => answer?.includes(place + 1) ? "duplicate" : "created");
  }

  /** The number of keys, the keys, and the arguments of the script. */
  #call(letters: readonly Letter[]): Command {
    const { resultRetention = RESULT_RETENTION } = this.#options;
    const keys = ["queues", "kept"];
    const place = (first: string, ...more: string[]) => {
      return keys.indexOf(first) + 1 || keys.push(first, ...more) - more.length;
    };
    const args = letters.flatMap(({ id, queue, priority, due, expires, text }) => {
      const short = shortId(id);
      const lane = place(`q:${priority}:${queue}`, `d:${queue}`, `i:${queue}`);
      const late = due && ("in" in due ? due.in : due.at - Date.now()) > resultRetention / 2;
      const words = [priority + queue, momentText(due), momentText(expires), short, text, late ? "keep" : ""];
      return [place(`t:${short.slice(0, 6)}`), lane, ...words];
    });
    return [keys.length, ...keys.map((key) => this.#prefix + key), ...args];
  }

  /** What is known of ids. */
  async read(ids: readonly string[]): Promise<readonly (StoredResult | null)[]> {
    const buckets = [...groupBy(new Set(ids.map(shortId)), (short) => short.slice(0, 6))];
    const answers = await this.#ask(
      "read results",
      buckets.map((
        [bucket, shorts],
      ) => ["HMGET", `${this.#prefix}t:${bucket}`, ...shorts.map((short) => short.slice(6))]),
    );
    const marks = new Map(buckets.flatMap(([, shorts], i) => shorts.map((short, j) => [short, answers[i]?.[j]])));
    return ids.map((id) => readMark(marks.get(shortId(id))));
  }

  /** Sends commands in one request, again and again until there is an answer or the time is over. */
  async #ask(what: string, commands: readonly Command[]): Promise<readonly Result[]> {
    if (!commands.length) return [];
    const { url, token, timeout = 15_000 } = this.#options;
    const end = Date.now() + timeout;
    let effect: KnownEffect = "not done";
    for (let tries = 0;; tries++) {
      let why = "no answer";
      try {
        const response = await fetch(`${url}/pipeline`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify(commands),
          signal: AbortSignal.timeout(end - Date.now()),
        });
        why = `HTTP ${response.status}`;
        // What stands before Redis: from 500 on nobody knows what it has done, 429 has done nothing.
        if (response.status > 499) throw why;
        if (response.status < 429) {
          const answers: readonly Answer[] = [await response.json()].flat();
          why = answers.find(({ error }) => error)?.error ?? "";
          if (!why) return answers.map(({ result }) => result ?? []);
        }
      } catch {
        effect = "unknown";
      }
      // What says the same when asked again; others, such as LOADING, OOM and quotas, are of a server that may take it soon.
      if (/^(ERR(?!.*(quota|limit|ions) )|NO[^R]|WRONG)/.test(why)) {
        throw new BrokerRefused(`Cannot ${what} as Redis refuses: ${why}`);
      }
      const pause = backoffDelay(tries, { base: 50, max: 2_000 });
      // A try with less time would likely be cut off, and what is known to be not done would be unknown for it.
      if (end - Date.now() < pause + 50) throw new BrokerUnavailable(what, why, effect);
      await systemClock.sleep(pause);
    }
  }

  /** Holds nothing, so there is nothing to let go of. */
  async close(): Promise<void> {}
}

function momentText(moment: Moment | undefined): string {
  return moment ? "in" in moment ? `+${moment.in}` : `${moment.at}` : "";
}

/** What a mark says: see `scripts/lib/marks.lua`. */
function readMark(mark: unknown): StoredResult | null {
  if (typeof mark !== "string" || mark === "D") return null;
  const text = mark.slice(1);
  if (mark[0] === "F") return { kind: "final", text };
  return mark >= "a" || mark[0] === "N" ? { kind: "note", text } : { kind: "queued" };
}
