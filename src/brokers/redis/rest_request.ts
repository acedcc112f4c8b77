/** Sends commands to Upstash's REST API, or what speaks like it: those of one tick in one request. @module */
import { ConnectionLost, RedisError } from "./redis_error.ts";

/** Where the database is, and how to enter. */
export interface RestAccess {
  /** `https://…`, as `UPSTASH_REDIS_REST_URL` has it. */
  readonly url: string;
  /** As `UPSTASH_REDIS_REST_TOKEN` has it. Never part of an error. */
  readonly token: string;
}

/** How requests are made. */
export interface RestOptions extends RestAccess {
  /** What makes requests. @default {globalThis.fetch} */
  readonly fetch?: (input: string, init: RequestInit) => Promise<Response>;
  /** How long an answer may take, in milliseconds. @default {10_000} */
  readonly patience?: number;
}

interface Waiting {
  readonly command: readonly string[];
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Sends commands. */
export class RestRequests {
  readonly url: string;
  readonly #options: RestOptions;
  #waiting: Waiting[] = [];
  /** Lets the next request see what this one wrote, whichever replica answers it. */
  #syncToken = "";

  constructor(options: RestOptions) {
    this.url = checkUrl(options.url);
    this.#options = options;
  }

  /** Sends a command. Rejects with a `RedisError` that was answered, or with a `ConnectionLost`. */
  send(command: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ command, resolve, reject }) === 1) queueMicrotask(() => void this.#flush());
    });
  }

  /** Makes a request with the token; rejects with a `ConnectionLost` where there is no answer. */
  async request(path: string, body: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const { token, fetch = globalThis.fetch } = this.#options;
    try {
      return await fetch(this.url + path, {
        method: "POST",
        headers: { ...headers, authorization: `Bearer ${token}` },
        body,
        signal,
      });
    } catch {
      // What the runtime says of it may hold the request, so it is not passed on.
      throw new ConnectionLost("a request without an answer", true);
    }
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const [one] = waiting;
      if (waiting.length === 1 && one) return settle(one, await this.#post("", one.command));
      const answers = await this.#post("/pipeline", waiting.map(({ command }) => command));
      waiting.forEach((it, i) => settle(it, Array.isArray(answers) ? answers[i] : answers));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const signal = AbortSignal.timeout(this.#options.patience ?? 10_000);
    const headers = { "content-type": "application/json", "upstash-sync-token": this.#syncToken };
    const response = await this.request(path, JSON.stringify(body), headers, signal);
    this.#syncToken = response.headers.get("upstash-sync-token") ?? this.#syncToken;
    if (response.status === 429) throw new RedisError("HTTP 429");
    try {
      if (response.status < 500) return await response.json();
    } catch {
      // An answer that broke off, or is none of the API's.
    }
    throw new ConnectionLost(`an answer with the status ${response.status}`, true);
  }
}

/** Hands over the answer to one command. */
function settle({ resolve, reject }: Waiting, answer: unknown): void {
  if (typeof answer === "object" && answer !== null) {
    if ("error" in answer) return reject(new RedisError(String(answer.error)));
    if ("result" in answer) return resolve(answer.result);
  }
  reject(new ConnectionLost("an answer of another kind", true));
}

function checkUrl(url: string): string {
  if (/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(url)) return url.replace(/\/+$/, "");
  throw new TypeError("Cannot connect to Upstash as the URL must begin with https:// and name a host: it does not");
}
