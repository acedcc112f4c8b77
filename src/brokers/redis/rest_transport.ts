/** The lean transport over HTTP: nothing but `fetch`. @module */
import type { Answer } from "./call.ts";
import { RedisError } from "./redis_error.ts";
import { type RestOptions, RestRequests } from "./rest_request.ts";
import { LOCKING_LINE, type Script } from "./script.ts";
import { untypedAnswer } from "./untyped_answer.ts";
import type { Listener, Listening, Transport } from "./transport.ts";

/** Listens to a channel over HTTP; given from outside, so that who does not listen does not carry it. */
export type ListenOverHttp = (requests: RestRequests, channel: string, listener: Listener) => Promise<Listening>;

/** Carries scripts over HTTP. */
export class RestTransport implements Transport {
  readonly description: string;
  readonly listen?: (channel: string, key: string, listener: Listener) => Promise<Listening>;
  readonly #requests: RestRequests;
  readonly #listening = new Set<Listening>();
  #locking = true;

  constructor(options: RestOptions, listen?: ListenOverHttp) {
    const requests = this.#requests = new RestRequests(options);
    this.description = `upstash ${requests.url}`;
    if (listen) this.listen = async (channel, _key, listener) => this.#keep(await listen(requests, channel, listener));
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
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await this.#send("EVALSHA", this.#locking ? script.lockingSha : script.sha, rest);
    } catch (error) {
      if (!isAbout(error, "NOSCRIPT")) throw error;
    }
    try {
      return await this.#send("EVAL", this.#locking ? LOCKING_LINE + script.text : script.text, rest);
    } catch (error) {
      if (!this.#locking || !isAbout(error, "script shebang")) throw error;
    }
    this.#locking = false;
    return await this.#send("EVAL", script.text, rest);
  }

  async #send(command: string, script: string, rest: readonly string[]): Promise<Answer> {
    return untypedAnswer(await this.#requests.send([command, script, ...rest]));
  }

  /** {@inheritDoc Transport.fields} */
  async fields(key: string, fields: readonly string[]): Promise<readonly (string | null)[]> {
    const values = await this.#requests.send(["HMGET", key, ...fields]);
    return Array.isArray(values) ? values.map((value) => typeof value === "string" ? value : null) : [];
  }

  /** {@inheritDoc Transport.exists} */
  async exists(keys: readonly string[]): Promise<number> {
    return Number(await this.#requests.send(["EXISTS", ...keys]));
  }

  /** {@inheritDoc Transport.close} */
  async close(): Promise<void> {
    await Promise.all([...this.#listening].map((listening) => listening.close()));
  }
}

function isAbout(error: unknown, words: string): boolean {
  return error instanceof RedisError && error.message.includes(words);
}
