/** As much of the client of `@upstash/redis` as the broker uses, and the transport over it. @module */
import type { Answer } from "../call.ts";
import { ConnectionLost, RedisError } from "../redis_error.ts";
import { LOCKING_LINE, type Script } from "../script.ts";
import type { Listener, Listening, Transport } from "../transport.ts";
import { untypedAnswer } from "../untyped_answer.ts";

/** A client of `@upstash/redis`, by the methods that are used. */
export interface UpstashClient {
  evalsha(sha: string, keys: string[], args: string[]): Promise<unknown>;
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
  hmget(key: string, ...fields: string[]): Promise<unknown>;
  exists(...keys: string[]): Promise<number>;
  subscribe?(channels: string[]): UpstashSubscriber;
}

/** A subscription of such a client. */
export interface UpstashSubscriber {
  on(type: "message" | "subscribe" | "error", listener: (event: unknown) => void): void;
  unsubscribe(): Promise<void>;
}

/** Listens to a channel, by the client's own streams or in another way. */
export type ListenByStream = (channel: string, listener: Listener) => Promise<Listening>;

/**
 * Carries scripts by a client that somebody else made: it may read JSON into answers, send several commands at once, and
 * send one again by itself. All of that is harmless, for no answer of a script can be taken for JSON, and no script does
 * a thing twice. Its errors are written anew: they hold the whole command.
 */
export class UpstashTransport implements Transport {
  readonly description: string;
  readonly listen?: (channel: string, key: string, listener: Listener) => Promise<Listening>;
  readonly #client: UpstashClient;
  readonly #listening = new Set<Listening>();
  #locking = true;

  /** Without `listen`, nothing can be pushed to it. */
  constructor(client: UpstashClient, description: string, listen?: ListenByStream) {
    this.#client = client;
    this.description = description;
    if (listen) this.listen = async (channel, _key, listener) => this.#keep(await listen(channel, listener));
  }

  #keep(listening: Listening): Listening {
    this.#listening.add(listening);
    return {
      close: () => {
        this.#listening.delete(listening);
        return listening.close();
      },
    };
  }

  /** {@inheritDoc Transport.run} */
  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Answer> {
    const client = this.#client;
    const sha = this.#locking ? script.lockingSha : script.sha;
    try {
      return untypedAnswer(await ask(() => client.evalsha(sha, [...keys], [...args])));
    } catch (error) {
      if (!isAbout(error, "NOSCRIPT")) throw error;
    }
    const text = this.#locking ? LOCKING_LINE + script.text : script.text;
    try {
      return untypedAnswer(await ask(() => client.eval(text, [...keys], [...args])));
    } catch (error) {
      if (!this.#locking || !isAbout(error, "script shebang")) throw error;
    }
    this.#locking = false;
    return untypedAnswer(await ask(() => client.eval(script.text, [...keys], [...args])));
  }

  /** {@inheritDoc Transport.fields} */
  async fields(key: string, fields: readonly string[]): Promise<readonly (string | null)[]> {
    const found = await ask(() => this.#client.hmget(key, ...fields));
    return fields.map((field, i) => {
      const value: unknown = found && Reflect.get(Object(found), Array.isArray(found) ? i : field);
      return value === null || value === undefined ? null : String(value);
    });
  }

  /** {@inheritDoc Transport.exists} */
  async exists(keys: readonly string[]): Promise<number> {
    return await ask(() => this.#client.exists(...keys));
  }

  /** {@inheritDoc Transport.close} */
  async close(): Promise<void> {
    await Promise.all([...this.#listening].map((listening) => listening.close()));
  }
}

/** Words of what stands before Redis: the client does not tell the status that came with them. */
const BEFORE_REDIS = /internal server error|bad gateway|unavailable|timed? ?-?out|was lost|cannot be reached/i;

/** What a client puts before and behind an error; the last holds the whole command. */
const WRAPPING = /^(Command failed: |Command \d+ \[[^\]]*\] failed: )|, command was:[^]*$/g;

/** Asks the client, and writes its errors anew, without the command that they hold. */
async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const answer = error instanceof Error && error.name === "UpstashError" ? error.message.replace(WRAPPING, "") : "";
    if (answer !== "" && !BEFORE_REDIS.test(answer)) throw new RedisError(answer);
  }
  throw new ConnectionLost("a request without an answer", true);
}

function isAbout(error: unknown, words: string): boolean {
  return error instanceof RedisError && error.message.includes(words);
}

/** A client does not tell when a stream of its ends, so it is given another after so long, in milliseconds. */
const RENEW = 300_000;

/** A stream that is not confirmed in this time is given up, in milliseconds. */
const CONNECTING = 10_000;

/** How a client's own streams are listened to; undefined where it has none. */
export function streamsOf(client: UpstashClient): ListenByStream | undefined {
  return client.subscribe && ((channel, listener) => listenByClient(client, channel, listener));
}

async function listenByClient(client: UpstashClient, channel: string, listener: Listener): Promise<Listening> {
  let current = await subscribe(client, channel, listener);
  const timer = setInterval(() => {
    subscribe(client, channel, listener).then(async (next) => {
      const last = current;
      current = next;
      listener.resumed();
      await last?.unsubscribe();
    }).catch(() => listener.resumed());
  }, RENEW);
  return {
    close: async () => {
      clearInterval(timer);
      await current?.unsubscribe();
    },
  };
}

/** Opens a stream and waits until the server has confirmed it. */
function subscribe(client: UpstashClient, channel: string, listener: Listener): Promise<UpstashSubscriber | undefined> {
  const subscriber = client.subscribe?.([channel]);
  subscriber?.on("message", (event) => {
    if (typeof event === "object" && event !== null && "message" in event) listener.heard(String(event.message));
  });
  return new Promise((resolve, reject) => {
    const fail = () => {
      void subscriber?.unsubscribe();
      reject(new ConnectionLost("a stream that was not confirmed", true));
    };
    const timer = setTimeout(fail, CONNECTING);
    subscriber?.on("subscribe", () => {
      clearTimeout(timer);
      resolve(subscriber);
    });
    subscriber?.on("error", () => {
      clearTimeout(timer);
      fail();
    });
  });
}
