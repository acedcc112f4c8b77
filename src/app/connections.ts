/** What an app is connected to: its broker and its blob store, each opened when it is first needed. @module */
import type { BlobStore } from "../blob_store.ts";
import type { Broker, BrokerOptions } from "../broker.ts";
import { BlobCollector } from "../inspect/blob_collector.ts";
import { connect, defaultBrokerUrl, maskUrl } from "./connect.ts";
import { connectBlobs, storeBeside } from "./connect_blobs.ts";
import type { Env } from "./settings.ts";

/** What stands between an app and what keeps its things. */
export interface Seal {
  /** The broker behind the seal; `env` are the variables of the app. */
  broker(inner: Broker, env: Env): Broker;
  /** The blob store behind the seal. */
  blobs(inner: BlobStore, env: Env): BlobStore;
}

/** What an app says of its connections. */
export interface ConnectionOptions {
  readonly broker?: Broker | string;
  readonly blobs?: BlobStore | string;
  readonly seal?: Seal;
}

/** What of an app its connections ask for, when they are opened. */
export interface ConnectionEnv {
  readonly name: string;
  readonly env: () => Env;
  readonly options: () => BrokerOptions;
}

/** Where the things of an app are kept, for people to read: without secrets. */
export interface Places {
  readonly broker: string;
  readonly blobs: string;
}

/** The connections of one app. */
export class Connections {
  readonly #given: ConnectionOptions;
  readonly #app: ConnectionEnv;
  /** What holds where nothing was given. */
  #fallback: ConnectionOptions = {};
  /** What holds whatever was given. */
  #named: string | undefined;
  /** The broker without its seal. */
  #inner: Promise<Broker> | undefined;
  #broker: Promise<Broker> | undefined;
  #blobs: Promise<BlobStore> | undefined;

  constructor(given: ConnectionOptions, app: ConnectionEnv) {
    this.#given = given;
    this.#app = app;
  }

  /** The URL of the broker, where it was not given ready-made. */
  get brokerUrl(): string | undefined {
    const chosen = this.#chosen;
    return typeof chosen === "object" ? undefined : chosen;
  }

  /** Where things are kept. Nothing is opened to tell it. */
  get places(): Places {
    const blobs = this.#chosenBlobs;
    return { broker: wordsOf(this.#chosen), blobs: blobs ? wordsOf(blobs) : "beside the broker" };
  }

  /** The blob store, where there is one of its own. */
  get #chosenBlobs(): BlobStore | string | undefined {
    return this.#given.blobs ?? (this.#app.env().UMBEL_BLOBS || this.#fallback.blobs);
  }

  get #chosen(): Broker | string {
    const { UMBEL_BROKER, UPSTASH_REDIS_REST_URL } = this.#app.env();
    const given = this.#named ?? this.#given.broker ?? (UMBEL_BROKER || UPSTASH_REDIS_REST_URL);
    return given ?? this.#fallback.broker ?? defaultBrokerUrl(this.#app.name);
  }

  /** Takes what holds where neither the code nor a variable says otherwise. */
  fallBack(fallback: ConnectionOptions): void {
    this.#fallback = fallback;
  }

  /** Takes the broker of a URL, whatever was given. */
  reach(url: string): void {
    this.#named = url;
  }

  /** Lets everything go over another broker until the returned function is called. */
  divert(broker: Broker): () => void {
    const before = this.#broker;
    const diverted = this.#broker = Promise.resolve(broker);
    return () => {
      if (this.#broker === diverted) this.#broker = before;
    };
  }

  /** The broker, opened at the first call. */
  broker(): Promise<Broker> {
    const { seal } = this.#given;
    return this.#broker ??= this.#openInner().then((inner) => seal ? seal.broker(inner, this.#app.env()) : inner);
  }

  /**
   * The blob store, opened at the first call: the one that was given, that of `UMBEL_BLOBS`, or one beside the broker.
   *
   * @throws {TypeError} when there is none
   */
  blobs(): Promise<BlobStore> {
    const { seal } = this.#given;
    return this.#blobs ??= this.#openBlobs().then((inner) => seal ? seal.blobs(inner, this.#app.env()) : inner);
  }

  /**
   * Removes the blobs of tasks that were forgotten, where this app has to do with blobs at all. A worker does it later in
   * any case.
   */
  async release(tasks: readonly string[]): Promise<void> {
    if ((this.#blobs ?? this.#chosenBlobs) === undefined) return;
    const [store, broker] = [await this.blobs(), await this.broker()];
    const collector = new BlobCollector({ store, broker, now: Date.now, grace: 0 });
    for (const task of tasks) await collector.collect(task);
  }

  #openInner(): Promise<Broker> {
    const chosen = this.#chosen;
    return this.#inner ??= typeof chosen === "object"
      ? Promise.resolve(chosen)
      : connect(chosen, this.#app.env(), this.#app.options());
  }

  async #openBlobs(): Promise<BlobStore> {
    const blobs = this.#chosenBlobs;
    if (typeof blobs === "object") return blobs;
    return blobs ? await connectBlobs(blobs, this.#app.env()) : await storeBeside(await this.#openInner());
  }

  /** Closes what was opened, and what was given. */
  async close(): Promise<void> {
    const { broker, blobs } = this.#given;
    const [opened, store] = [this.#inner, this.#blobs];
    this.#inner = this.#broker = this.#blobs = undefined;
    await (typeof blobs === "object" ? blobs : await store?.catch(() => undefined))?.close();
    for (const one of new Set([broker, await opened])) if (typeof one === "object") await one.close();
  }
}

function wordsOf(place: Broker | BlobStore | string): string {
  return typeof place === "string" ? maskUrl(place) : `${place.description}, given by the app`;
}
